/** Questions in a dialog, in the place of the pages that ask them without scripts. */

/** Starts listening; a link with `data-ask` names its dialog. */
export function startDialogs() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-ask]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const dialog = document.getElementById(link.dataset.ask);
    dialog.dataset.askedBy = link.id;
    dialog.showModal();
    dialog.querySelector("[data-keep]").focus();
  });
  for (const dialog of document.querySelectorAll("dialog:has([data-keep])")) {
    dialog.querySelector("[data-keep]").addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    // The link may have been replaced meanwhile.
    dialog.addEventListener("close", () => document.getElementById(dialog.dataset.askedBy)?.focus());
  }
}
