/** What a person can do to the points, each one step, told in words. */
import { cycled, isAlike, isPlaced, kept, moved, nudged, placeOf, reverted, swapped, withState } from "./points.js";
import { capital, inWords } from "./words.js";

const SELECT_FIRST = "Select a point first";

/** `announce` tells in words what was done; `selected` is an index or null throughout. */
export class Commands {
  #edit;
  #landmarks;
  #size;
  #announce;

  constructor(edit, { landmarks, photo }, announce) {
    this.#edit = edit;
    this.#landmarks = landmarks;
    this.#size = photo;
    this.#announce = announce;
  }

  /** Says where a point is and how. */
  tell(index) {
    this.#announce(inWords(this.#edit.points[index], this.#landmarks.words[index], this.#size));
  }

  name(index) {
    return capital(this.#landmarks.words[index]);
  }

  /** Takes over all points from elsewhere, as they are. */
  take(points, label) {
    this.#edit.do(label, points.map((after, index) => ({ index, after })));
    this.#announce(label);
  }

  /**
   * Puts a point at `x`, `y` or both of the photo; what is no number leaves it where it is. Answers whether it changed.
   */
  put(index, asked) {
    const point = this.#edit.points[index];
    const place = { ...placeOf(point, this.#size), ...asked };
    const isNumber = Number.isFinite(place.x) && Number.isFinite(place.y);
    return isNumber && this.#change(index, moved(point, place, this.#size));
  }

  setState(index, state) {
    return this.#change(index, withState(this.#edit.points[index], state));
  }

  /** Moves the point by pixels of the photo; answers its new place, or null where it has none. */
  nudge(index, right, down) {
    const after = nudged(this.#edit.points[index], right, down, this.#size);
    if (!after) this.#announce(`${this.name(index)} is not placed: press P`);
    else this.#change(index, after, { merge: `nudge ${index}` });
    return after && placeOf(after, this.#size);
  }

  cycle(selected) {
    if (selected === null) return this.#announce(SELECT_FIRST);
    const point = this.#edit.points[selected];
    if (!isPlaced(point)) return this.#announce(`${this.name(selected)} is not placed: press P`);
    return this.#change(selected, cycled(point));
  }

  swap(part) {
    this.#do(`Left and right of ${part}`, swapped(this.#edit.points, this.#landmarks.pairs[part]));
    this.#announce(part === "all" ? "All left and right points swapped" : `Left and right swapped: ${part}`);
  }

  /** Back to the version `to`, `base` or `model`: `of` the selected `one` or `all`. */
  revert(to, of, selected) {
    if (of === "one" && selected === null) return this.#announce(SELECT_FIRST);
    const what = of === "one" ? this.name(selected) : "All points";
    const whose = to === "model" ? "the model’s" : "the version opened";
    const isDone = this.#do(`${what} reverted`, reverted(this.#edit.points, this.#edit[to], of === "one" ? selected : null));
    return this.#announce(isDone ? `${what}: back to ${whose}` : `${what}: the same already`);
  }

  /** `undo` or `redo`; answers the step or null. */
  replay(which) {
    const step = this.#edit[which]();
    const done = which === "undo" ? "Undone" : "Done again";
    this.#announce(step ? `${done}: ${step.label}` : `Nothing to ${which}`);
    return step;
  }

  #change(index, after, options) {
    const isDone = this.#do(this.name(index), [{ index, after }], options);
    if (isDone) this.tell(index);
    return isDone;
  }

  /** What the edit began from, or the model has, may lie outside the photo; nothing else may. */
  #do(label, changes, options = {}) {
    const { base, model } = this.#edit;
    const isGiven = (index, after) => [base, model].some((version) => isAlike(version[index], after));
    const real = changes.map(({ index, after }) => ({ index, after: isGiven(index, after) ? after : kept(after) }));
    return this.#edit.do(label, real, { at: performance.now(), ...options });
  }
}
