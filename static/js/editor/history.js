/** Steps to undo and redo, without limit. Pure. */

const MERGE_MS = 1000;

/**
 * A step is `{label, changes}` with changes `{index, before, after}`. Steps with the same `merge` key that follow within a
 * second become one.
 */
export class History {
  #done = [];
  #undone = [];

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Adds a step, `at` in milliseconds; what was undone before is gone. */
  push({ label, changes, merge = null, at = 0 }) {
    this.#undone = [];
    const last = this.#done.at(-1);
    if (merge !== null && last?.merge === merge && at - last.at < MERGE_MS) {
      this.#done[this.#done.length - 1] = { ...last, at, changes: joined(last.changes, changes) };
    } else {
      this.#done.push({ label, changes, merge, at });
    }
  }

  /** The step to take back, or null. */
  undo() {
    return move(this.#done, this.#undone);
  }

  /** The step to do again, or null. */
  redo() {
    return move(this.#undone, this.#done);
  }
}

function move(from, to) {
  const step = from.pop() ?? null;
  // Once it was taken back, nothing joins it any more.
  if (step) to.push({ ...step, merge: null });
  return step;
}

/** Both changes as one: the first `before`, the last `after`. */
function joined(first, second) {
  const changes = new Map(first.map((change) => [change.index, change]));
  for (const change of second) {
    changes.set(change.index, { ...change, before: changes.get(change.index)?.before ?? change.before });
  }
  return [...changes.values()];
}
