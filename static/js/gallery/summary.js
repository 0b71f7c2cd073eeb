/** How the whole list stands: counts for the eye and the ear, one bar, time left. */

const OVER = new Set(["done", "existing", "failed"]);

/** `12 of 20 done, 1 failed` */
export function summaryText({ total, done, failed, secondsLeft }) {
  const parts = [`${done} of ${total} done`];
  if (failed > 0) parts.push(`${failed} failed`);
  const text = parts.join(", ");
  if (!secondsLeft || done + failed === total) return text;
  const left = secondsLeft < 60 ? `${Math.max(1, Math.round(secondsLeft))} s` : `${Math.round(secondsLeft / 60)} min`;
  return `${text} · about ${left} left`;
}

/** Counts rows, those of the scripts and those of the site alike, by how they stand. */
export function countRows(rows) {
  const states = rows.map((row) => row.dataset.state);
  const failed = states.filter((state) => state === "failed").length;
  return { total: rows.length, done: states.filter((state) => OVER.has(state)).length - failed, failed };
}

/** Whether the page itself still has to send a file or to wait for its answer. */
function isBeingSent(row) {
  return !OVER.has(row.dataset.state) && !row.dataset.unfinished;
}

/** Keeps the head of the list of uploads true. */
export class Summary {
  #startedAt = 0;
  #overBefore = 0;

  constructor(section) {
    this.list = section.querySelector("[data-rows]");
    this.panel = section.querySelector("[data-uploads]");
    this.text = section.querySelector("[data-uploads-summary]");
    this.bar = section.querySelector("[data-uploads-progress]");
    this.retryAll = section.querySelector("[data-retry-all]");
    this.hide = section.querySelector("[data-hide-done]");
    const watch = { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state"] };
    new MutationObserver(() => this.update()).observe(this.list, watch);
    this.update();
  }

  /** Shows how the rows stand now. */
  update() {
    const rows = [...this.list.children];
    const counts = countRows(rows);
    const over = counts.done + counts.failed;
    const isSending = rows.some(isBeingSent);
    this.panel.hidden = counts.total === 0;
    const text = summaryText({ ...counts, secondsLeft: this.#secondsLeft(over, counts.total) });
    // Written only when it differs: each writing is read aloud.
    if (this.text.textContent !== text) this.text.textContent = text;
    this.bar.max = Math.max(1, counts.total);
    this.bar.value = over;
    this.retryAll.hidden = isSending || counts.failed < 2;
    this.hide.hidden = isSending || counts.total === 0;
  }

  #secondsLeft(over, total) {
    if (over === total) {
      this.#startedAt = 0;
      return 0;
    }
    if (this.#startedAt === 0) {
      this.#startedAt = performance.now();
      this.#overBefore = over;
    }
    const finished = over - this.#overBefore;
    if (finished < 3) return 0;
    return ((performance.now() - this.#startedAt) / 1000 / finished) * (total - over);
  }
}
