/** The review's queue: rows by keys, the bar of bulk actions, and the question before one. */
import { startBulk } from "./bulk.js";
import { startRows } from "./rows.js";

// On narrow screens the states are a strip, and the current one may lie beyond its end.
document.querySelector("[data-tabs] [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
const form = document.querySelector("[data-bulk]");
if (form) {
  const bulk = startBulk(form, document.querySelector("[data-bulk-dialog]"));
  startRows(form, bulk);
}
