/** The page's forms: asks before deleting, and says that a detection runs. */

/** The link to the page that asks opens a dialog instead. */
export function startDelete() {
  const dialog = document.querySelector("[data-delete-dialog]");
  if (!dialog) return;
  document.querySelector("[data-delete]").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
    dialog.querySelector("[data-keep]").focus();
  });
  dialog.querySelector("[data-keep]").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

/** A detection, or a check that makes one, takes a moment: the button says so, and a second press does nothing. */
export function startDetect(announce) {
  for (const form of document.querySelectorAll("[data-detect]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.isSent) {
        event.preventDefault();
        return;
      }
      form.dataset.isSent = "yes";
      event.submitter?.setAttribute("aria-disabled", "true");
      announce(form.dataset.detect || "Detecting");
    });
  }
  // Back from the next page, the form may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-detect]")) {
      delete form.dataset.isSent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });
}
