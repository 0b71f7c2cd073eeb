/** An edit in progress: the points, where it began, the model's, and its steps. Knows no page. */
import { History } from "./history.js";
import { isSame } from "./points.js";

/** `onChange(indexes, {isPreview})` is called after every change. */
export class Edit {
  #points;
  #history = new History();
  #onChange;
  #held = null;

  constructor({ base, model, points }, onChange) {
    this.base = base;
    this.model = model;
    this.#points = [...points];
    this.#onChange = onChange;
  }

  /** All points, one list throughout: its entries are replaced. */
  get points() {
    return this.#points;
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /** How many points differ from those that the edit began from. */
  get changed() {
    return this.#points.filter((point, index) => !isSame(point, this.base[index])).length;
  }

  /** Does changes `{index, after}` as one step; answers whether anything changed. */
  do(label, changes, { merge = null, at = 0 } = {}) {
    const real = changes
      .map(({ index, after }) => ({ index, before: this.#points[index], after }))
      .filter(({ before, after }) => !isSame(before, after));
    if (!real.length) return false;
    this.#history.push({ label, changes: real, merge, at });
    this.#apply(real, "after");
    return true;
  }

  /** Shows a point elsewhere while it is dragged; `settle` makes a step of it, `cancel` takes it back. */
  preview(index, point) {
    this.#held ??= { index, before: this.#points[index] };
    this.#points[index] = point;
    this.#onChange([index], { isPreview: true });
  }

  settle(label) {
    const after = this.#held && this.#points[this.#held.index];
    const held = this.#release();
    if (!held) return false;
    const isChanged = this.do(label, [{ index: held.index, after }]);
    if (!isChanged) this.#onChange([held.index], { isPreview: false });
    return isChanged;
  }

  cancel() {
    const held = this.#release();
    if (held) this.#onChange([held.index], { isPreview: false });
    return held !== null;
  }

  /** The step taken back, or null. */
  undo() {
    return this.#replay(this.#history.undo(), "before");
  }

  /** The step done again, or null. */
  redo() {
    return this.#replay(this.#history.redo(), "after");
  }

  #release() {
    const held = this.#held;
    if (held) this.#points[held.index] = held.before;
    this.#held = null;
    return held;
  }

  #replay(step, which) {
    if (!step) return null;
    this.#apply(step.changes, which);
    return step;
  }

  #apply(changes, which) {
    for (const change of changes) this.#points[change.index] = change[which];
    this.#onChange(changes.map(({ index }) => index), { isPreview: false });
  }
}
