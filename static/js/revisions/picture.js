/** One picture of a comparison: a part of the photo with a skeleton on it. */

const REACH = 14;

/** Keeps the skeleton's unit in step with the picture's size, and tells which point the pointer is on. */
export class Picture {
  #element;
  #skeleton;

  constructor(element, skeleton, { onHover }) {
    this.#element = element;
    this.#skeleton = skeleton;
    new ResizeObserver(() => this.#fit()).observe(element);
    element.addEventListener("pointermove", (event) => onHover(this.#pointAt(event)));
    element.addEventListener("pointerleave", () => onHover(null));
    this.#fit();
  }

  /** Rings and names a point, or none. */
  show(hovered) {
    this.#skeleton.show({ hovered });
  }

  #fit() {
    const scale = this.#element.getScreenCTM()?.a;
    if (scale) this.#skeleton.setUnit(1 / scale);
  }

  /** The index of the point there, or null. */
  #pointAt({ clientX, clientY }) {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(this.#element.getScreenCTM().inverse());
    return this.#skeleton.nearest(x, y, REACH)?.index ?? null;
  }
}
