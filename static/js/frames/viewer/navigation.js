/** The form that moves through the scan: a depth to go to, a slider, and the zoom. */
import { zoomText } from "./numbers.js";
import { lastTop, shownRows } from "./view.js";

export class Navigation {
  #root;
  #depth;
  #slider;
  #scale;
  #depths;
  #written;

  /** `onGo(depth)` with the field's, `onSlide(top)` with the row for the window's upper edge, `onZoom(name)`. */
  constructor(root, depths, { written, onGo, onSlide, onZoom }) {
    this.#root = root;
    this.#depths = depths;
    this.#written = written;
    this.#depth = root.querySelector("[data-go-depth]");
    this.#slider = root.querySelector("[data-slider]");
    this.#scale = root.querySelector("[data-scale]");
    this.#depth.placeholder = written.plain(depths.at(0));
    root.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      onGo(this.#depth.value === "" ? null : this.#depth.valueAsNumber);
    });
    this.#slider.addEventListener("input", () => onSlide(this.#slider.valueAsNumber));
    for (const button of root.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => onZoom(button.dataset.zoom));
  }

  /** Puts the cursor into the field of the depth. */
  focusDepth() {
    this.#depth.focus();
    this.#depth.select();
  }

  /** Follows the view. */
  show(view, size) {
    const last = lastTop(view, size);
    const { first, end } = shownRows(view, size);
    this.#slider.max = last;
    this.#slider.value = view.top;
    this.#slider.setAttribute("aria-disabled", String(last === 0)); // disabled, it would lose the focus
    const ends = new Set([first, end - 1].map((row) => this.#written.fixed(this.#depths.at(row))));
    const text = `${[...ends].join(" to ")} ${this.#written.unit}`;
    this.#slider.setAttribute("aria-valuetext", text);
    this.#root.querySelector("[data-shown]").textContent = text;
    this.#scale.textContent = zoomText(view.zoom);
  }
}
