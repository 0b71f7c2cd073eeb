/** One's own edit stays a draft until it is settled: what is chosen takes its place, or it is dropped. */
import { Draft, draftsOf, dropDraft } from "../editor/drafts.js";
import { areSameEntries, entriesOf } from "../editor/text.js";

/** Follows the conflict page's form and link; `mine` are one's own points, `result()` those chosen, `count` the model's. */
export function followDrafts(root, { count, mine, result }) {
  const { pose } = root.dataset;
  const form = root.querySelector("form");
  const { began_from: beganFrom, expected_revision: theirs } = form.elements;
  const own = entriesOf(mine, count);
  const dropOwn = () => {
    const isOwn = ({ revision, entries }) => revision === Number(beganFrom.value) && areSameEntries(entries, own);
    draftsOf(pose).filter(isOwn).forEach(dropDraft);
  };
  form.addEventListener("submit", ({ submitter }) => {
    if (submitter?.value === "mine") return;
    new Draft({ pose, revision: Number(theirs.value) }).write(entriesOf(result(), count));
    dropOwn();
  });
  root.querySelector("[data-keep]").addEventListener("click", dropOwn);
}
