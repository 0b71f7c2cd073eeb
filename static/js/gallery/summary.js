/** How the whole list stands: counts for the eye and the ear, one bar, time left. */

/** `12 of 20 done, 1 failed` */
export function summaryText({ total, done, failed, secondsLeft }) {
  const parts = [`${done} of ${total} done`];
  if (failed > 0) parts.push(`${failed} failed`);
  const text = parts.join(", ");
  if (!secondsLeft || done + failed === total) return text;
  const left = secondsLeft < 60 ? `${Math.max(1, Math.round(secondsLeft))} s` : `${Math.round(secondsLeft / 60)} min`;
  return `${text} · about ${left} left`;
}

/** Counts the rows by how they stand. */
export function countRows(rows) {
  const failed = rows.filter((row) => row.state === "failed").length;
  return { total: rows.length, done: rows.filter((row) => row.isOver).length - failed, failed };
}

/** Keeps the head of the list of uploads true. */
export class Summary {
  #startedAt = 0;
  #overBefore = 0;

  constructor(section) {
    this.panel = section.querySelector("[data-uploads]");
    this.text = section.querySelector("[data-uploads-summary]");
    this.bar = section.querySelector("[data-uploads-progress]");
    this.retryAll = section.querySelector("[data-retry-all]");
    this.hide = section.querySelector("[data-hide-done]");
  }

  /** Shows how `rows` stand now. */
  update(rows, isBusy) {
    const counts = countRows(rows);
    const over = counts.done + counts.failed;
    this.panel.hidden = counts.total === 0;
    const text = summaryText({ ...counts, secondsLeft: this.#secondsLeft(over, counts.total, isBusy) });
    // Written only when it differs: each writing is read aloud.
    if (this.text.textContent !== text) this.text.textContent = text;
    this.bar.max = Math.max(1, counts.total);
    this.bar.value = over;
    this.retryAll.hidden = isBusy || counts.failed < 2;
    this.hide.hidden = isBusy || counts.total === 0;
  }

  #secondsLeft(over, total, isBusy) {
    if (!isBusy) {
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
