/** The queue's page refreshes itself, but never under somebody's hands. */

import { startSessionGuard } from "../lib/session.js";

const inQueue = (node) => Boolean(node) && document.getElementById("queue").contains(node);

function isInUse() {
  const selection = getSelection();
  return document.querySelector("#queue details[open]") !== null || (!selection.isCollapsed && inQueue(selection.anchorNode));
}

let hadFocus = false;

document.body.addEventListener("htmx:configRequest", (event) => {
  if (isInUse() || document.hidden) event.preventDefault();
});
startSessionGuard();
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.defaultPrevented) return;
  if (isInUse()) {
    event.preventDefault();
  } else {
    hadFocus = inQueue(document.activeElement);
  }
});
// What has an id gets its focus back; where that is gone the list keeps it.
document.body.addEventListener("htmx:afterSwap", () => {
  if (hadFocus && document.activeElement === document.body) document.getElementById("queue").focus({ preventScroll: true });
});
