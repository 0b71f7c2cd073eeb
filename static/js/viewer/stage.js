/** The photo's stage: its zoom, and points of the screen as places on the photo. */
import { listenGestures } from "./gestures.js";
import { FIT, fitOf, kept, largestScale, panned, resized, toPhoto, zoomedAt } from "./zoom.js";

const STEP = 1.25;
const DOUBLE_TAP = 2.5;
const ARROW = 60;

/** `onChange({fit, transform})` is called whenever the photo's scale on the screen has changed or may have. */
export class Stage {
  #view;
  #layer;
  #photo;
  #onChange;
  #size;
  #transform = FIT;

  constructor(root, photo, { onChange, onTap, onHover }) {
    this.#view = root.querySelector("[data-stage-view]");
    this.#layer = root.querySelector("[data-layer]");
    this.#photo = photo;
    this.#onChange = onChange;
    this.#size = this.#measured();
    listenGestures(this.#view, {
      onZoom: (factor, point) => this.#set(zoomedAt(this.#transform, factor, point, this.#limits())),
      onPan: (dx, dy) => this.pan(dx, dy),
      onTap: (point, isTouch) => onTap(this.#toPhoto(point), isTouch),
      onDouble: (point) => (this.isZoomed ? this.fit() : this.#zoomAt(DOUBLE_TAP, point)),
      onHover: (point) => onHover(point && this.#toPhoto(point)),
    });
    new ResizeObserver(() => this.#resize()).observe(this.#view);
    this.#apply();
  }

  get isZoomed() {
    return this.#transform.scale > 1.001;
  }

  get isFocused() {
    return document.activeElement === this.#view;
  }

  zoomIn() {
    this.#zoomAt(STEP, this.#centre());
  }

  zoomOut() {
    this.#zoomAt(1 / STEP, this.#centre());
  }

  fit() {
    this.#set(FIT);
  }

  pan(dx, dy) {
    this.#set(panned(this.#transform, dx, dy, this.#size));
  }

  /** Pans by one press of an arrow key: the window moves that way over the photo. */
  step(right, down) {
    this.pan(-right * ARROW, -down * ARROW);
  }

  #zoomAt(factor, point) {
    this.#set(zoomedAt(this.#transform, factor, point, this.#limits()));
  }

  #measured() {
    return { width: this.#view.clientWidth || 1, height: this.#view.clientHeight || 1 };
  }

  #fit() {
    return fitOf(this.#photo, this.#size);
  }

  #limits() {
    return { stage: this.#size, largest: largestScale(this.#fit()) };
  }

  #centre() {
    return { x: this.#size.width / 2, y: this.#size.height / 2 };
  }

  #toPhoto(point) {
    return toPhoto(point, this.#transform, this.#fit());
  }

  #resize() {
    const size = this.#measured();
    if (size.width === this.#size.width && size.height === this.#size.height) return;
    this.#transform = resized(this.#transform, this.#size, size);
    this.#size = size;
    this.#apply();
  }

  /** Takes a transform; answers whether it differs from the one before. */
  #set(transform) {
    const { scale, x, y } = this.#transform;
    if (transform.scale === scale && transform.x === x && transform.y === y) return false;
    this.#transform = kept(transform, this.#size);
    this.#apply();
    return true;
  }

  #apply() {
    const { scale, x, y } = this.#transform;
    this.#layer.style.transform = this.isZoomed ? `translate(${x}px, ${y}px) scale(${scale})` : "";
    this.#view.toggleAttribute("data-zoomed", this.isZoomed);
    this.#onChange({ scale: scale * this.#fit().scale, isZoomed: this.isZoomed });
  }
}
