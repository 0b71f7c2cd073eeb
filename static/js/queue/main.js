/** The queue's page refreshes itself, but never under somebody's hands. */

const inQueue = (node) => Boolean(node) && document.getElementById("queue").contains(node);

function isInUse() {
  const selection = getSelection();
  return document.querySelector("#queue details[open]") !== null || (!selection.isCollapsed && inQueue(selection.anchorNode));
}

let hadFocus = false;

document.body.addEventListener("htmx:configRequest", (event) => {
  if (isInUse() || document.hidden) event.preventDefault();
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname !== location.pathname) {
    event.preventDefault(); // the session has ended, and the answer is the login's page
    location.reload();
  } else if (isInUse()) {
    event.preventDefault();
  } else {
    hadFocus = inQueue(document.activeElement);
  }
});
// What has an id gets its focus back; where that is gone the list keeps it.
document.body.addEventListener("htmx:afterSwap", () => {
  if (hadFocus && document.activeElement === document.body) document.getElementById("queue").focus({ preventScroll: true });
});
