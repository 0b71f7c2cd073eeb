/** The depth axis beside the strip, drawn in SVG: its colours and letters are the page's. */
import { levelFor } from "./scan.js";
import { depthTicks, gapsIn } from "./ticks.js";
import { linesOf, shownRows } from "./view.js";

const SVG = "http://www.w3.org/2000/svg";
const TICK_PX = 6;
const LABEL_PX = 10;
const UNIT_PX = 26;
const END_PX = 8;
const GAPS_APART_PX = 6;

/** Calls `make` for as many more elements as are needed, hides those beyond, and answers those that are. */
function pooled(pool, count, make) {
  while (pool.length < count) pool.push(make());
  for (const [index, element] of pool.entries()) element.toggleAttribute("hidden", index >= count);
  return pool.slice(0, count);
}

export class Axis {
  #svg;
  #scan;
  #depths;
  #ticks = [];
  #gaps = [];

  constructor(svg, scan, depths) {
    this.#svg = svg;
    this.#scan = scan;
    this.#depths = depths;
  }

  /** Follows the view. */
  show(view, size) {
    const rows = shownRows(view, size);
    const yOf = (row) => (row - view.top) * view.zoom;
    const { step } = this.#scan;
    const width = this.#svg.clientWidth;
    const isRoom = ({ y }) => y >= UNIT_PX && y <= size.height - END_PX;
    const ticks = depthTicks(rows, this.#depths, { step, zoom: view.zoom, yOf }).filter(isRoom);
    for (const [index, tick] of pooled(this.#ticks, ticks.length, () => this.#tick()).entries()) {
      const { y, label } = ticks[index];
      const [line, text] = tick.children;
      tick.setAttribute("transform", `translate(0 ${Math.round(y)})`);
      line.setAttribute("x1", width - TICK_PX);
      line.setAttribute("x2", width);
      text.setAttribute("x", width - LABEL_PX);
      if (text.textContent !== label) text.textContent = label;
    }
    this.#showGaps(rows, view, size, yOf, width);
  }

  #showGaps(rows, view, size, yOf, width) {
    const { factor } = this.#scan.levels[levelFor(this.#scan, linesOf(view, size).rowsPerLine)];
    const gaps = [];
    for (const { row } of gapsIn(rows, this.#depths, { step: this.#scan.step, factor })) {
      const y = yOf(row);
      if (!gaps.length || y - gaps.at(-1) >= GAPS_APART_PX) gaps.push(y);
    }
    for (const [index, mark] of pooled(this.#gaps, gaps.length, () => this.#gap()).entries()) {
      mark.setAttribute("transform", `translate(${width} ${Math.round(gaps[index])})`);
    }
  }

  #tick() {
    const group = this.#append(this.#svg, "g", { class: "tick" });
    this.#append(group, "line", {});
    this.#append(group, "text", { dy: "0.35em" });
    return group;
  }

  /** A break in the axis: two slanted strokes. */
  #gap() {
    return this.#append(this.#svg, "path", { class: "gap", d: "M-8 1l8 -4M-8 5l8 -4" });
  }

  #append(parent, name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return parent.appendChild(element);
  }
}
