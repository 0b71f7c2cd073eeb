/** The photo's stage: its zoom, and points of the screen as places on the photo. */
import { listenGestures } from "./gestures.js";
import { FIT, fitOf, kept, largestScale, panned, resized, toPhoto, toStage, zoomedAt } from "./zoom.js";

const STEP = 1.25;
const DOUBLE_TAP = 2.5;
const ARROW = 60;
const MARGIN = 0.12;

/**
 * `onChange({scale, isZoomed})` is called whenever the photo's scale on the screen has changed or may have. `onPress` is
 * asked what to hold, at a place on the photo; see gestures.js: what it answers is moved by places on the photo too.
 */
export class Stage {
  #view;
  #layer;
  #photo;
  #onChange;
  #size;
  #transform = FIT;

  constructor(root, photo, { onChange, onTap, onHover, onPress = () => null, onDouble = () => false }) {
    this.#view = root.querySelector("[data-stage-view]");
    this.#layer = root.querySelector("[data-layer]");
    this.#photo = photo;
    this.#onChange = onChange;
    this.#size = this.#measured();
    listenGestures(this.#view, {
      onZoom: (factor, point) => this.#set(zoomedAt(this.#transform, factor, point, this.#limits())),
      onPan: (dx, dy) => this.pan(dx, dy),
      onTap: (point, isTouch) => onTap(this.#toPhoto(point), isTouch),
      onDouble: (point) => onDouble(this.#toPhoto(point)) || (this.isZoomed ? this.fit() : this.#zoomAt(DOUBLE_TAP, point)),
      onHover: (point) => onHover(point && this.#toPhoto(point)),
      onPress: (point, isTouch) => this.#held(onPress(this.#toPhoto(point), isTouch)),
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

  /** Screen pixels for a pixel of the photo. */
  get scale() {
    return this.#transform.scale * this.#fit().scale;
  }

  /** The stage's width and height in pixels of the screen. */
  get size() {
    return this.#size;
  }

  /** The place on the photo that is in the stage's middle. */
  get middle() {
    return this.#toPhoto(this.#centre());
  }

  /** A place on the photo in pixels of the stage. */
  toStage(place) {
    return toStage(place, this.#transform, this.#fit());
  }

  /** A place of the screen on the photo. */
  fromScreen({ clientX, clientY }) {
    const box = this.#view.getBoundingClientRect();
    return this.#toPhoto({ x: clientX - box.left, y: clientY - box.top });
  }

  /** Pans so that a place on the photo is well within the stage, if it is not. */
  reveal(place) {
    const { x, y } = this.toStage(place);
    const { width, height } = this.#size;
    const margin = Math.min(width, height) * MARGIN;
    const isIn = x >= margin && y >= margin && x <= width - margin && y <= height - margin;
    if (!isIn) this.pan(width / 2 - x, height / 2 - y);
  }

  focus() {
    this.#view.focus({ preventScroll: true });
  }

  #held(held) {
    return held && { ...held, move: (point) => held.move(this.#toPhoto(point)) };
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
