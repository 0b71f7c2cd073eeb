/** The bar that offers unsaved work of an earlier visit, one draft after the other. */
import { dropDraft, timeInWords } from "./drafts.js";

/** Offers `drafts` (see drafts.js) in the widget `root`, of which `revision` is shown; `onRestore(draft)` takes one up. */
export function offerDrafts(root, drafts, { revision, onRestore }) {
  const waiting = [...drafts];
  const bar = root.querySelector("[data-offer]");
  const show = () => {
    bar.hidden = !waiting.length;
    if (waiting.length) bar.querySelector("[data-offer-text]").textContent = inWords(waiting[0], revision);
  };
  bar.querySelector("[data-restore]").addEventListener("click", () => {
    bar.hidden = true; // The others are offered the next time.
    onRestore(waiting[0]);
  });
  bar.querySelector("[data-discard]").addEventListener("click", () => {
    dropDraft(waiting.shift());
    show();
  });
  show();
}

function inWords(draft, revision) {
  const begun = draft.revision === revision ? "" : `, begun from revision ${draft.revision}`;
  return `Unsaved changes from ${timeInWords(draft.at)}${begun}.`;
}
