/** The rows of numbers beside the photo: names become buttons with one tab stop, fields change points, rows follow the drawing. */
import { distance, isPlaced, isSame } from "./points.js";

const MOVES = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };

/** Tells `onSelect(index)`, `onHover(index or null)`, `onPlace(index, {x, y})` in pixels, of which one may be left out,
 * `onState(index, state)`.
 */
export class PointRows {
  #scroll;
  #rows;
  #size;
  #tell;
  #shown = { selected: null, hovered: null };

  constructor(scroll, size, tell) {
    this.#scroll = scroll;
    this.#size = size;
    this.#tell = tell;
    this.#rows = [...scroll.querySelectorAll("tr[data-index]")].map(rowOf);
    this.#rows[0].button.tabIndex = 0;
    scroll.addEventListener("focusin", (event) => this.#with(event, ({ index }) => tell.onSelect(index)));
    scroll.addEventListener("click", (event) => this.#onClick(event));
    scroll.addEventListener("pointerover", (event) => tell.onHover(this.#at(event)?.index ?? null));
    scroll.addEventListener("pointerleave", () => tell.onHover(null));
    scroll.addEventListener("change", (event) => this.#with(event, (row) => this.#onField(row, event.target)));
    scroll.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Writes a point into its row, beside what it was when the edit began. */
  write(index, point, base) {
    const row = this.#rows[index];
    const isShown = isPlaced(point);
    row.written = {
      x: isShown ? (point.x * this.#size.width).toFixed(1) : "",
      y: isShown ? (point.y * this.#size.height).toFixed(1) : "",
    };
    row.x.value = row.written.x;
    row.y.value = row.written.y;
    if (row.state.value !== point.state) row.state.value = point.state;
    if (row.element.dataset.state !== point.state) row.element.dataset.state = point.state;
    const isChanged = !isSame(point, base);
    row.element.toggleAttribute("data-changed", isChanged);
    row.moved.textContent = isChanged ? this.#movedText(point, base) : "";
  }

  /** Follows what is selected and hovered, indexes or null. */
  show({ selected, hovered }) {
    const before = this.#shown;
    this.#shown = { selected, hovered };
    for (const index of [before.hovered, hovered]) this.#mark(index, "data-hovered", index === hovered);
    for (const index of [before.selected, selected]) {
      this.#mark(index, "data-selected", index === selected);
      this.#rows[index]?.button.setAttribute("aria-pressed", String(index === selected));
    }
    if (selected === null) return;
    for (const row of this.#rows) row.button.tabIndex = row.index === selected ? 0 : -1;
  }

  /** Brings a row into the table's own window; the page stays where it is. */
  reveal(index) {
    const { element } = this.#rows[index];
    const head = this.#scroll.querySelector("thead").offsetHeight;
    const window_ = this.#scroll.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    if (box.top < window_.top + head) this.#scroll.scrollTop -= window_.top + head - box.top;
    else if (box.bottom > window_.bottom) this.#scroll.scrollTop += box.bottom - window_.bottom;
  }

  #movedText(point, base) {
    const pixels = distance(point, base, this.#size);
    if (pixels >= 0.05) return pixels.toFixed(1);
    return isPlaced(base) ? "state" : "new";
  }

  #mark(index, attribute, isOn) {
    this.#rows[index]?.element.toggleAttribute(attribute, isOn);
  }

  #at(event) {
    const element = event.target.closest("tr[data-index]");
    return element && this.#rows[Number(element.dataset.index)];
  }

  #with(event, action) {
    const row = this.#at(event);
    if (row) action(row);
  }

  #onClick(event) {
    if (!event.target.closest("input, select, button")) this.#at(event)?.button.focus({ preventScroll: true });
  }

  #onField(row, field) {
    if (field === row.state) {
      if (field.value !== row.element.dataset.state) this.#tell.onState(row.index, field.value);
      return;
    }
    const [axis, other] = field === row.x ? ["x", "y"] : ["y", "x"];
    if (field.value === row.written[axis]) return;
    // The other number is shown rounded: only what was typed is taken.
    if (row.written[other]) this.#tell.onPlace(row.index, { [axis]: field.valueAsNumber });
    else if (row[other].value) this.#tell.onPlace(row.index, { x: row.x.valueAsNumber, y: row.y.valueAsNumber });
    // Else it is a landmark that is to be placed, and the other number still comes.
  }

  #onKey(event) {
    const row = this.#at(event);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.target.matches("input")) {
      // Takes the number instead of sending the form.
      event.preventDefault();
      row.button.focus({ preventScroll: true });
    } else if (event.key in MOVES && event.target === row.button) {
      event.preventDefault();
      const to = Math.min(Math.max(row.index + MOVES[event.key], 0), this.#rows.length - 1);
      this.#rows[to].button.focus({ preventScroll: true });
      this.reveal(to);
    }
  }
}

function rowOf(element) {
  const name = element.querySelector("th");
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.setAttribute("aria-pressed", "false");
  button.append(...name.childNodes);
  name.append(button);
  const part = (hook) => element.querySelector(`[${hook}]`);
  return {
    index: Number(element.dataset.index), element, button,
    x: part("data-x"), y: part("data-y"), state: part("data-state-choice"), moved: part("data-moved"), written: { x: "", y: "" },
  };
}
