/** The table of keypoints: names become buttons, one tab stop for all, arrows move, rows follow the drawing. */
import { isSamePoint } from "../skeleton/shown.js";

const MOVES = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };

/** Tells `onSelect({person, index})` and `onHover({person, index} or null)`. */
export class KeypointTable {
  #scroll;
  #bodies;
  #rows;

  constructor(table, scroll, { onSelect, onHover }) {
    this.#scroll = scroll;
    this.#bodies = [...table.tBodies];
    this.#rows = this.#bodies.flatMap((body) => [...body.querySelectorAll("tr[data-index]")].map((row) => rowOf(row, body)));
    this.#rows[0].button.tabIndex = 0;
    table.addEventListener("click", (event) => this.#at(event)?.button.focus({ preventScroll: true }));
    table.addEventListener("focusin", (event) => {
      const row = this.#at(event);
      if (row) onSelect(row.point);
    });
    table.addEventListener("pointerover", (event) => onHover(this.#at(event)?.point ?? null));
    table.addEventListener("pointerleave", () => onHover(null));
    table.addEventListener("keydown", (event) => this.#move(event));
  }

  /** Follows the state. */
  show({ picked, selected, hovered }) {
    for (const body of this.#bodies) body.hidden = picked !== null && Number(body.dataset.person) !== picked;
    for (const row of this.#rows) {
      row.element.toggleAttribute("data-hovered", isSamePoint(row.point, hovered));
      row.element.toggleAttribute("data-selected", isSamePoint(row.point, selected));
      row.button.setAttribute("aria-pressed", String(isSamePoint(row.point, selected)));
    }
    this.#keepTabStop(selected);
  }

  /** Brings a point's row into the table's own window; the page stays where it is. */
  reveal(point) {
    const row = this.#rows.find((one) => isSamePoint(one.point, point));
    if (!row) return;
    const head = this.#scroll.querySelector("thead").offsetHeight;
    const window_ = this.#scroll.getBoundingClientRect();
    const box = row.element.getBoundingClientRect();
    if (box.top < window_.top + head) this.#scroll.scrollTop -= window_.top + head - box.top;
    else if (box.bottom > window_.bottom) this.#scroll.scrollTop += box.bottom - window_.bottom;
  }

  #shownRows() {
    return this.#rows.filter((row) => !row.element.parentElement.hidden);
  }

  #keepTabStop(selected) {
    const rows = this.#shownRows();
    const stop = rows.find((row) => isSamePoint(row.point, selected)) ?? rows.find((row) => row.button.tabIndex === 0) ?? rows[0];
    for (const row of this.#rows) row.button.tabIndex = row === stop ? 0 : -1;
  }

  #at(event) {
    const element = event.target.closest("tr[data-index]");
    return element && this.#rows.find((row) => row.element === element);
  }

  #move(event) {
    if (!(event.key in MOVES) || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = this.#shownRows();
    const from = rows.indexOf(this.#at(event));
    if (from < 0) return;
    event.preventDefault();
    const to = Math.min(Math.max(from + MOVES[event.key], 0), rows.length - 1);
    rows[to].button.focus({ preventScroll: true });
    this.reveal(rows[to].point);
  }
}

function rowOf(element, body) {
  const name = element.querySelector("th");
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.append(...name.childNodes);
  name.append(button);
  return { element, button, point: { person: Number(body.dataset.person), index: Number(element.dataset.index) } };
}
