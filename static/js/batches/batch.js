/** The page of one batch: keeps itself true while something goes on, asks before what cannot be undone. */
import { startDialogs } from "../lib/dialogs.js";
import { isTyping } from "../lib/keys.js";
import { startPoller } from "../lib/poller.js";

/** On narrow screens the filters are a strip, and the current one may lie beyond its end. */
function showFilter() {
  const strip = document.querySelector("[data-tabs]");
  const current = strip?.querySelector("[aria-current]");
  if (current) strip.scrollLeft = Math.max(0, current.offsetLeft + current.offsetWidth - strip.clientWidth);
}

startPoller({
  unreachable: "The batch goes on without this page, which looks again by itself.",
  gone: "This batch was deleted.",
  oftenForMs: 60_000,
});
startDialogs();
showFilter();

document.addEventListener("keydown", (event) => {
  if (event.key !== "p" || event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  const toggle = document.querySelector("[data-live] [data-toggle]");
  if (!toggle || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  toggle.click();
});
