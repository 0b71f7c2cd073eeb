/** Keys that hold on every page: `?` opens the list of keys, `/` goes to the search. */

/** Whether the event belongs to a field that takes text, so that no key may be taken from it. */
export function isTyping(event) {
  const target = event.target;
  return target instanceof HTMLElement
    && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit])"));
}

function onKeyDown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (event.key === "?") {
    event.preventDefault();
    openKeys();
  } else if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  }
}

function openKeys() {
  const dialog = document.getElementById("keys");
  if (!dialog.open && !document.querySelector("dialog[open]")) dialog.showModal();
}

/** Starts listening. A click beside the dialog closes it. */
export function startKeys() {
  document.addEventListener("keydown", onKeyDown);
  for (const button of document.querySelectorAll("[data-open-keys]")) button.addEventListener("click", openKeys);
  const dialog = document.getElementById("keys");
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
