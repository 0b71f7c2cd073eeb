/** The form for a range of depths, and the links to what is in it. */
import { lookParameters } from "./address.js";
import { rows, stored } from "./numbers.js";

const FORMATS = { png: { isColoured: true }, csv: {}, npy: {}, json: { isColoured: true } };

export class RangePanel {
  #root;
  #fields;
  #scan;
  #depths;
  #written;
  #asked = 0;
  #look = {};

  /** `onChange(range or null)` is told `{from, to}`; `shown()` answers the range that is in the window. */
  constructor(root, scan, depths, { written, onChange, shown }) {
    this.#root = root;
    this.#scan = scan;
    this.#depths = depths;
    this.#written = written;
    const { from, to } = root.querySelector("form").elements;
    this.#fields = { from, to };
    [from.placeholder, to.placeholder] = [scan.depthMin, scan.depthMax].map(written);
    root.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    for (const field of [from, to]) field.addEventListener("change", () => this.#read(onChange));
    root.querySelector("[data-use-shown]").addEventListener("click", () => onChange(shown()));
    root.querySelector("[data-clear-range]").addEventListener("click", () => onChange(null));
  }

  /** Follows the state. */
  show(range, look) {
    this.#look = look;
    for (const [name, field] of Object.entries(this.#fields)) {
      if (document.activeElement !== field || range) field.value = range ? this.#written(range[name]) : "";
    }
    this.#refuse("");
    this.#root.querySelector("[data-clear-range]").hidden = !range;
    this.#offer(range);
  }

  #read(onChange) {
    const { from, to } = this.#fields;
    if (!from.value && !to.value && from.validity.valid && to.validity.valid) return onChange(null);
    if (from.validity.badInput || to.validity.badInput) return this.#withdraw("Write depths as numbers, such as 1200.5.");
    const depthIn = (field, otherwise) => (field.value ? stored(Number(field.value)) : otherwise);
    const range = { from: depthIn(from, this.#scan.depthMin), to: depthIn(to, this.#scan.depthMax) };
    if (range.from > range.to) return this.#withdraw("“To” must not be less than “From”.");
    onChange(range);
  }

  /** Refuses what is in the fields, and links to nothing else meanwhile. */
  #withdraw(text) {
    this.#asked += 1;
    this.#refuse(text);
    this.#say("");
    for (const format of Object.keys(FORMATS)) this.#disable(this.#linkOf(format));
  }

  #refuse(text) {
    const message = this.#root.querySelector("[data-range-error]");
    message.textContent = text;
    message.hidden = !text;
    for (const field of Object.values(this.#fields)) field.setAttribute("aria-invalid", String(Boolean(text)));
  }

  /** Counts the rows, and links to them as far as one answer holds them. */
  async #offer(range) {
    const asked = ++this.#asked;
    const bounds = range ?? { from: this.#scan.depthMin, to: this.#scan.depthMax };
    this.#link(bounds, range ? null : this.#scan.rowCount, Boolean(range));
    if (!range) return;
    try {
      const [first, end] = await Promise.all([
        this.#depths.exactRowFrom(range.from),
        this.#depths.exactRowFrom(range.to, { isEnd: true }),
      ]);
      if (asked === this.#asked) this.#link(bounds, Math.max(0, end - first), true);
    } catch (error) {
      if (error.name !== "HttpError") throw error;
      if (asked === this.#asked) this.#say("The rows could not be counted.");
    }
  }

  #link(bounds, count, isPicked) {
    this.#say(count === null ? "Counting…" : isPicked ? rows(count) : `The whole scan, ${rows(count)}`);
    const reasons = new Map();
    for (const [format, { isColoured }] of Object.entries(FORMATS)) {
      const link = this.#linkOf(format);
      const most = this.#scan.rowsAtMost[format] ?? Infinity;
      if (count === null || (count && count <= most)) {
        link.href = this.#url(bounds, format, isColoured);
        link.removeAttribute("aria-disabled");
        link.removeAttribute("role");
      } else {
        this.#disable(link);
        if (count) reasons.set(link.textContent.trim(), most);
      }
    }
    const reason = this.#root.querySelector("[data-range-reason]");
    reason.textContent = [...reasons].map(([name, most]) => `${name}: at most ${rows(most)}.`).join(" ")
      || (count === 0 ? "There is no row between these depths." : "");
    reason.hidden = !reason.textContent;
  }

  #linkOf(format) {
    return this.#root.querySelector(`[data-format="${format}"]`);
  }

  #disable(link) {
    link.removeAttribute("href");
    link.setAttribute("role", "link");
    link.setAttribute("aria-disabled", "true");
  }

  #url({ from, to }, format, isColoured) {
    const range = { scan: this.#scan.scan, depth_min: this.#written(from), depth_max: this.#written(to), format };
    return `${this.#scan.framesUrl}?${new URLSearchParams({ ...range, ...(isColoured ? lookParameters(this.#look) : {}) })}`;
  }

  #say(text) {
    this.#root.querySelector("[data-range-count]").textContent = text;
  }
}
