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

  /** Does changes `{index, after}` as one step; answers whether anything changed. Nothing does while a point is held. */
  do(label, changes, { merge = null, at = 0 } = {}) {
    if (this.#held) return false;
    const real = changes
      .map(({ index, after }) => ({ index, before: this.#points[index], after }))
      .filter(({ before, after }) => !isSame(before, after));
    if (!real.length) return false;
    this.#history.push({ label, changes: real, merge, at });
    this.#apply(real, "after");
    return true;
  }

  /** Holds a point that `preview` then shows elsewhere; `settle` makes a step of it, `cancel` takes it back. */
  hold(index) {
    this.#held = { index, before: this.#points[index] };
  }

  preview(point) {
    const { index } = this.#held;
    this.#points[index] = point;
    this.#onChange([index], { isPreview: true });
  }

  settle(label) {
    const { index, after } = this.#release();
    const isChanged = this.do(label, [{ index, after }]);
    if (!isChanged) this.#onChange([index], { isPreview: false });
    return isChanged;
  }

  cancel() {
    const { index, before, after } = this.#release();
    if (after !== before) this.#onChange([index], { isPreview: false });
  }

  /** The step taken back, or null. */
  undo() {
    return this.#held ? null : this.#replay(this.#history.undo(), "before");
  }

  /** The step done again, or null. */
  redo() {
    return this.#held ? null : this.#replay(this.#history.redo(), "after");
  }

  #release() {
    const { index, before } = this.#held;
    const after = this.#points[index];
    this.#points[index] = before;
    this.#held = null;
    return { index, before, after };
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
