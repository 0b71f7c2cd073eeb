/** Keys: from row to row, choosing, and the two things that are done most. */
import { isTyping } from "../lib/keys.js";

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
const ASKED = { a: "approve", r: "reject" };

/** Starts listening; `bulk` is what `startBulk` answered. */
export function startRows(form, bulk) {
  const links = [...form.querySelectorAll("[data-open]")];
  const boxOf = (link) => link.closest("[data-row]").querySelector("input[type=checkbox]");
  const current = () => {
    const row = document.activeElement.closest?.("[data-row]");
    return row ? links.indexOf(row.querySelector("[data-open]")) : -1;
  };

  const step = (by) => {
    const at = current();
    const target = at === -1 ? links[by > 0 ? 0 : links.length - 1] : links[at + by];
    target?.focus();
    target?.closest("[data-row]").scrollIntoView({ block: "nearest" });
  };

  const onKey = (event) => {
    if (event.shiftKey && event.key === "A") return bulk.toggleAll();
    if (event.shiftKey) return false;
    if (event.key in STEPS) return step(STEPS[event.key]);
    if (event.key in ASKED) return bulk.ask(ASKED[event.key]);
    // A box takes the space bar itself.
    if (event.key === " " && document.activeElement.matches("[data-open]")) return boxOf(document.activeElement).click();
    return false;
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (document.querySelector("dialog[open], details[data-menu][open]")) return;
    if (onKey(event) !== false) event.preventDefault();
  });
}
