/** The list of batches, and the way in for a new one. */
import { listenForDrops } from "../lib/drop.js";
import { isTyping } from "../lib/keys.js";
import { isRead } from "../lib/reading.js";
import { startSessionGuard } from "../lib/session.js";
import { choose, startForm } from "./form.js";

const panel = document.querySelector("[data-panel]");
const link = document.querySelector("[data-new]");

function open() {
  panel.hidden = false;
  if (link) link.hidden = true;
}

function openByHand() {
  open();
  panel.scrollIntoView({ block: "nearest" });
  panel.querySelector("[data-file]").focus();
}

startForm();
startSessionGuard();
listenForDrops(document.querySelector("[data-drop-veil]"), ({ files: held }) => {
  const files = [...held];
  if (files.length === 0) return;
  open();
  choose(files);
});
link?.addEventListener("click", (event) => {
  event.preventDefault();
  openByHand();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "n" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  openByHand();
});
document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "batches" && (document.hidden || isRead("batches"))) event.preventDefault();
});
