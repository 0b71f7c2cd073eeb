/** The form for colour map, brightness and contrast, with how often each grey is shown. */
import { cssColour, spread } from "./colours.js";
import { GREY_MAX } from "./address.js";

const SHARE = 0.01;
const BARS_PX = 40;
const RAMP_PX = 14;

export class Look {
  #form;
  #preview;
  #onChange;
  #counts = new Uint32Array(GREY_MAX + 1);

  /** `onChange({colormap}` or `{vmin, vmax})` is told what is chosen. */
  constructor(form, scan, onChange) {
    this.#form = form;
    this.#preview = form.querySelector("[data-preview]");
    this.#onChange = onChange;
    const { colormap } = form.elements;
    for (const [index, name] of [...scan.colormaps.keys()].entries()) {
      colormap.add(new Option(index ? name : `${name} (default)`, name));
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    colormap.addEventListener("change", () => onChange({ colormap: colormap.value }));
    for (const end of ["vmin", "vmax"]) {
      form.elements[end].addEventListener("input", (event) => this.#choose(end, event.target.valueAsNumber));
      form.elements[`${end}Number`].addEventListener("change", (event) => this.#choose(end, event.target.valueAsNumber));
    }
    form.querySelector("[data-auto]").addEventListener("click", () => onChange(spread(this.#counts, SHARE)));
    form.querySelector("[data-reset]").addEventListener("click", () => onChange({ vmin: 0, vmax: GREY_MAX }));
  }

  /** Follows the state, at once: a field that is typed into next is not overwritten. */
  show({ colormap, vmin, vmax }) {
    const { elements } = this.#form;
    elements.colormap.value = colormap;
    for (const [end, grey] of Object.entries({ vmin, vmax })) {
      elements[end].value = grey;
      elements[`${end}Number`].value = grey;
    }
  }

  /** Takes how often each grey is shown. */
  count(counts, table) {
    this.#counts = counts;
    this.draw(table);
  }

  /** Draws the preview in the colours of a table. */
  draw(table) {
    const context = this.#preview.getContext("2d");
    context.clearRect(0, 0, GREY_MAX + 1, BARS_PX + RAMP_PX);
    const { color } = getComputedStyle(this.#preview);
    // The ends of the scale may be far above all else, where a picture is cut off.
    const most = [...this.#counts].sort((a, b) => b - a)[2] || 1;
    for (let grey = 0; grey <= GREY_MAX; grey++) {
      const height = Math.min(1, this.#counts[grey] / most) * BARS_PX;
      context.fillStyle = color;
      context.fillRect(grey, BARS_PX - height, 1, height);
      context.fillStyle = cssColour(table[grey]);
      context.fillRect(grey, BARS_PX, 1, RAMP_PX);
    }
  }

  /** The other end gives way. */
  #choose(end, grey) {
    const { vmin, vmax } = this.#form.elements;
    const whole = Number.isFinite(grey) ? Math.round(Math.min(Math.max(grey, 0), GREY_MAX)) : (end === "vmin" ? 0 : GREY_MAX);
    const next = end === "vmin"
      ? { vmin: Math.min(whole, GREY_MAX - 1), vmax: Math.max(Number(vmax.value), whole + 1) }
      : { vmin: Math.min(Number(vmin.value), whole - 1), vmax: Math.max(whole, 1) };
    const kept = { vmin: Math.max(0, next.vmin), vmax: Math.min(GREY_MAX, next.vmax) };
    this.#onChange(kept);
    this.show({ colormap: this.#form.elements.colormap.value, ...kept }); // also where nothing has changed
  }
}
