/** The list of depth scans: true while files are imported, and `n` leads to a new one. */
import { isTyping } from "../lib/keys.js";
import { startPoller } from "../lib/poller.js";

startPoller({ unreachable: "Imports go on without this page, which looks again by itself." });

document.addEventListener("keydown", (event) => {
  if (event.key !== "n" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  document.querySelector("[data-new]").click();
});
