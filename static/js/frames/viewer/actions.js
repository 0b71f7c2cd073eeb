/** What keys, wheel, pointer and forms do to the state. */
import { stored } from "./numbers.js";
import { centredAt, fitZoom, kept, linesOf, scrolled, shownRows, zoomedTo } from "./view.js";

const STEP = 2;
const WHEEL_FACTOR = 1.6;

const isSame = (one, other) => one.top === other.top && one.zoom === other.zoom;

export class Actions {
  #store;
  #scan;
  #depths;
  #picture;
  #size;

  constructor(store, scan, depths, picture) {
    this.#store = store;
    this.#scan = scan;
    this.#depths = depths;
    this.#picture = picture;
  }

  /** The window's size: what is in its middle stays there, and the whole scan stays whole. */
  resize(size) {
    const { view } = this.#store.get();
    const before = this.#size;
    this.#size = size;
    const isWhole = !view || (before && view.zoom <= fitZoom(before) * (1 + 1e-6));
    if (isWhole) this.#set({ top: 0, zoom: fitZoom(size) });
    else this.#set({ top: view.top + (before ? (before.height - size.height) / view.zoom / 2 : 0), zoom: view.zoom });
  }

  get isWhole() {
    return this.#store.get().view.zoom <= fitZoom(this.#size) * (1 + 1e-6);
  }

  /** Scrolls by CSS pixels, or by windows; answers whether anything moved. */
  scroll({ lines = 0, windows = 0 }) {
    if (windows === -Infinity) return this.#set({ ...this.#view, top: 0 });
    if (windows === Infinity) return this.#set({ ...this.#view, top: this.#scan.rowCount });
    return this.#set(scrolled(this.#view, lines + windows * this.#size.height, this.#size));
  }

  /** Zooms by a factor about a place in the window. */
  zoomBy(factor, y) {
    return this.#zoom(this.#view.zoom * Math.min(Math.max(factor, 1 / WHEEL_FACTOR), WHEEL_FACTOR), y);
  }

  /** About a place, the middle if there is none. */
  zoomIn(y) {
    return this.#zoom(this.#view.zoom * STEP, y);
  }

  zoomOut() {
    return this.#zoom(this.#view.zoom / STEP);
  }

  fit() {
    return this.#set({ top: 0, zoom: fitZoom(this.#size) });
  }

  rowAPixel() {
    return this.#zoom(1);
  }

  /** With a row at the window's upper edge, or in its middle. */
  scrollTo(top) {
    return this.#set({ ...this.#view, top });
  }

  centre(row) {
    return this.#set(centredAt(this.#view, row, this.#size));
  }

  /** Shows a row in the middle, crosshair on it; not so far out that it would be one of many on a line. */
  goTo(row, zoom) {
    const within = zoom ?? Math.max(this.#view.zoom, this.isWhole ? 1 : 0);
    this.#set(centredAt(kept({ ...this.#view, zoom: within }, this.#size), row, this.#size));
    this.#store.set({ cursor: { row, column: this.#column } });
  }

  /** Puts the crosshair under a place in the window. */
  point({ x, y }) {
    const { ratio, width } = this.#size;
    const { thinWidth } = this.#scan;
    const pixel = Math.floor(x * ratio) + 0.5;
    const column = Math.min(Math.max(Math.floor((pixel / ratio / width) * thinWidth), 0), thinWidth - 1);
    this.#putCursor(this.#picture.lineAt(y * ratio), column);
  }

  /** Moves the crosshair by lines and columns; the window follows. */
  step({ down, right }) {
    const { cursor } = this.#store.get();
    const { first, rowsPerLine, count } = linesOf(this.#view, this.#size);
    const isSeen = cursor && this.#picture.lineOf(cursor.row) >= 0;
    const line = isSeen ? Math.floor(cursor.row / rowsPerLine + 1e-6) + down : first + (count >> 1);
    const row = Math.min(Math.max(Math.ceil(line * rowsPerLine - 1e-6), 0), this.#scan.rowCount - 1);
    const column = Math.min(Math.max(this.#column + (isSeen ? right : 0), 0), this.#scan.thinWidth - 1);
    this.#store.set({ cursor: { row, column } });
    this.#reveal(row);
  }

  /** The depths that a band from one place in the window to another takes. */
  rangeBetween(y1, y2) {
    const [low, high] = [y1, y2].map((y) => this.#picture.lineAt(y * this.#size.ratio)).sort((a, b) => a - b);
    return { from: this.#depthsOf(low).from, to: this.#depthsOf(high).to };
  }

  /** The depths that are in the window. */
  get shownRange() {
    const { first, end } = shownRows(this.#view, this.#size);
    return { from: this.#depthOf(first), to: this.#depthOf(end - 1) };
  }

  /** Begins or ends the range at the crosshair. */
  markRange(name) {
    const { cursor, range } = this.#store.get();
    if (!cursor) return;
    const depth = this.#depthOf(cursor.row);
    const next = { from: this.#scan.depthMin, to: this.#scan.depthMax, ...range, [name]: depth };
    if (next.from > next.to) next[name === "from" ? "to" : "from"] = depth;
    this.#store.set({ range: next });
  }

  get #view() {
    return this.#store.get().view;
  }

  get #column() {
    return this.#store.get().cursor?.column ?? this.#scan.thinWidth >> 1;
  }

  /** What the pixel at a place is drawn from stays there. */
  #zoom(zoom, y = this.#size.height / 2) {
    return this.#set(zoomedTo(this.#view, zoom, y + 0.5 / this.#size.ratio, this.#size));
  }

  #putCursor(line, column) {
    const { first, rowsPerLine } = this.#picture.lines;
    const row = Math.min(Math.ceil((first + line) * rowsPerLine - 1e-6), this.#scan.rowCount - 1);
    const { cursor } = this.#store.get();
    if (cursor?.row !== row || cursor.column !== column) this.#store.set({ cursor: { row, column } });
  }

  #depthOf(row) {
    return stored(this.#depths.at(row));
  }

  #depthsOf(line) {
    const { first, rowsPerLine } = this.#picture.lines;
    const row = Math.ceil((first + line) * rowsPerLine - 1e-6);
    const end = Math.ceil((first + line + 1) * rowsPerLine - 1e-6);
    return { from: this.#depthOf(row), to: this.#depthOf(Math.min(Math.max(row, end - 1), this.#scan.rowCount - 1)) };
  }

  #reveal(row) {
    const { first, end } = shownRows(this.#view, this.#size);
    if (row <= first) this.scrollTo(row);
    else if (row >= end - 1) this.scrollTo(row + 1 - this.#size.height / this.#view.zoom);
  }

  /** Takes a view; answers whether it differs from the one before. */
  #set(view) {
    const next = kept(view, this.#size);
    if (this.#view && isSame(next, this.#view)) return false;
    this.#store.set({ view: next });
    return true;
  }
}
