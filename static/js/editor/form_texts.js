/** The form's two texts of the points, which are what is sent: written with every change, read where somebody types. */
import { isSame } from "./points.js";
import { entriesIn, pointsOf, textsOf } from "./text.js";

/**
 * A text that cannot be read stays as it is until it is repaired or dropped. `onTyped(points)` is told of points that
 * were typed, `onDrop` that the text is to be written anew.
 */
export class FormTexts {
  #root;
  #areas;
  #landmarks;
  #base;
  #written = null;
  #broken = null;

  constructor(root, { landmarks, base, onTyped, onDrop }) {
    this.#root = root;
    this.#landmarks = landmarks;
    this.#base = base;
    this.#areas = { keypoints: this.#find("[data-text]"), extras: this.#find("[data-extras-text]") };
    this.#find("[data-extras-place]").append(this.#areas.extras);
    for (const area of Object.values(this.#areas)) {
      area.disabled = false; // From now on the text is what the form sends.
      area.addEventListener("change", () => onTyped());
    }
    this.#find("[data-text-drop]").addEventListener("click", () => {
      this.#complain(null);
      onDrop();
      this.#areas.keypoints.focus();
    });
  }

  get form() {
    return this.#areas.keypoints.form;
  }

  get isBroken() {
    return this.#broken !== null;
  }

  /** Goes to the text that is to be repaired. */
  goToBroken() {
    this.#broken.focus();
  }

  /** The points as the texts have them, or null where they cannot be read. */
  read() {
    const entries = [];
    this.#complain(null);
    for (const area of Object.values(this.#areas)) {
      try {
        entries.push(...entriesIn(area.value, this.#landmarks.names));
      } catch (error) {
        this.#complain(error, area);
        return null;
      }
    }
    return pointsOf(entries, this.#base, this.#landmarks);
  }

  /** What was typed, on top of `points` as they are now; null where nothing was, or it cannot be read. */
  typedOver(points) {
    const isTyped = Object.entries(this.#areas).some(([name, area]) => area.value !== this.#written?.texts[name]);
    const typed = isTyped ? this.read() : null;
    const before = this.#written?.points ?? this.#base;
    return typed && typed.map((point, index) => (isSame(point, before[index]) ? points[index] : point));
  }

  /** Writes the points; `isWhole` leaves nothing open that another revision than `base` would fill in differently. */
  write(points, { isWhole }) {
    if (this.#broken) return;
    const texts = textsOf(points, this.#landmarks, (index) => isWhole || this.#base[index].isMarked);
    for (const [name, area] of Object.entries(this.#areas)) area.value = texts[name];
    this.#written = { texts, points: [...points] };
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  #complain(error, area = null) {
    this.#broken = area;
    const place = this.#find("[data-text-error]");
    place.hidden = this.#find("[data-text-drop]").hidden = error === null;
    const text = error ? `The text is not readable: ${error.message}. Repair it or drop it, then save.` : "";
    if (place.textContent !== text) place.textContent = text;
    if (error) place.closest("details").open = true;
  }
}
