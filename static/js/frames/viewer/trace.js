/** The greys of one row as a line from 0 to 255, its columns under those of the strip. */
import { FullRows } from "./full_rows.js";

const REST_MS = 150;
const GREY_MAX = 255;

export class Trace {
  #root;
  #line;
  #label;
  #full;
  #timer = 0;
  #controller = null;
  #shown = null;

  constructor(root, scan) {
    this.#root = root;
    this.#line = root.querySelector("[data-trace-line]");
    this.#label = root.querySelector("[data-trace-label]");
    this.#full = new FullRows(scan);
  }

  /** Shows what a line of the strip shows, `{depth, meanOf, grey}`, or nothing; at rest its row as imported, if it is one. */
  show(line) {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#root.toggleAttribute("data-empty", !line);
    this.#shown = line;
    if (!line) return;
    const isRow = line.meanOf === 1; // of several the first would not be what is read
    const full = isRow && this.#full.peek(line.depth);
    this.#draw(full || line.grey, Boolean(full));
    if (isRow && !full) this.#timer = setTimeout(() => this.#ask(line), REST_MS);
  }

  /** Marks the greys between which the colours lie. */
  mark({ vmin, vmax }) {
    for (const [name, grey] of Object.entries({ vmin, vmax })) {
      const line = this.#root.querySelector(`[data-mark="${name}"]`);
      line.setAttribute("y1", GREY_MAX - grey);
      line.setAttribute("y2", GREY_MAX - grey);
      line.toggleAttribute("hidden", grey === (name === "vmin" ? 0 : GREY_MAX));
    }
  }

  #draw(grey, isFull) {
    const width = grey.length;
    this.#line.ownerSVGElement.setAttribute("viewBox", `0 0 ${width} ${GREY_MAX}`);
    for (const line of this.#root.querySelectorAll("[data-across]")) line.setAttribute("x2", width);
    // A step for each column, as it is drawn above.
    let path = "";
    for (let i = 0; i < width; i++) path += `${i ? "V" : "M0 "}${GREY_MAX - grey[i]}H${i + 1}`;
    this.#line.setAttribute("d", path);
    this.#label.textContent = isFull ? `${width} columns as imported` : `${width} pixels as shown`;
    this.#root.dataset.width = isFull ? "full" : "shown";
  }

  async #ask(line) {
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    try {
      const grey = await this.#full.load(line.depth, signal);
      if (grey && this.#shown === line) this.#draw(grey, true);
    } catch (error) {
      // What is shown stays, and says what it is.
      if (error.name !== "AbortError" && error.name !== "HttpError") throw error;
    }
  }
}
