/** Joint angles beside the photo, with how far they are from where the edit began. Not read out: it changes all the time. */
import { JOINTS, LINES, jointAngles } from "../skeleton/angles.js";

const DECIMALS = 1;
const NONE = "–";
const LINE_WORDS = { shoulder_line: "Shoulder line", hip_line: "Hip line" };

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A joint's angle, or a tilt with the side that is higher, never by a sign alone. */
function inWords(key, value) {
  if (value === null) return NONE;
  const shown = Math.abs(value).toFixed(DECIMALS);
  if (!LINES.includes(key)) return `${shown}°`;
  if (Number(shown) === 0) return `${shown}°, level`;
  return `${shown}°, ${value > 0 ? "left" : "right"} higher`;
}

/** "+3.2" or "−0.4"; nothing where it is the same to a tenth, or there is nothing to compare. */
function changeOf(value, before) {
  if (value === null || before === null) return "";
  const shown = (value - before).toFixed(DECIMALS);
  if (Number(shown) === 0) return "";
  return shown.startsWith("-") ? shown.replace("-", "−") : `+${shown}`;
}

/** A table of angles in `root`: `landmarks` has the `names` in the keypoints' order, `size` is the photo's in pixels. */
export class AnglePanel {
  #names;
  #size;
  #before;
  #cells = new Map();

  constructor(root, { landmarks, size, baseline }) {
    this.#names = landmarks.names;
    this.#size = size;
    this.#before = jointAngles(baseline, this.#names, size);
    root.replaceChildren(this.#panel());
    this.show(baseline);
  }

  /** Shows these keypoints' angles; touches only the texts that differ from what stands there. */
  show(keypoints) {
    const found = jointAngles(keypoints, this.#names, this.#size);
    for (const [key, { value, change }] of this.#cells) {
      write(value, inWords(key, found[key]));
      write(change, changeOf(found[key], this.#before[key]));
    }
  }

  #panel() {
    const head = element("tr", {}, ...["Joint", "Left", "Right"].map((text) => element("th", { scope: "col" }, text)));
    const rows = [
      ...JOINTS.map((joint) => this.#row(capital(joint), [`left_${joint}`, `right_${joint}`])),
      ...LINES.map((line) => this.#row(LINE_WORDS[line], [line])),
    ];
    const caption = element("caption", { class: "visually-hidden" }, "Angles in the photo’s plane, and how far each has changed");
    const table = element("table", {}, caption, element("thead", {}, head), element("tbody", {}, ...rows));
    return element("details", { class: "editor-angles", open: "" }, element("summary", {}, "Joint angles"), table);
  }

  #row(text, keys) {
    const width = keys.length === 1 ? { colspan: 2 } : {};
    return element("tr", {}, element("th", { scope: "row" }, text), ...keys.map((key) => this.#cell(key, width)));
  }

  #cell(key, attributes) {
    const [value, change] = [document.createTextNode(""), document.createTextNode("")];
    this.#cells.set(key, { value, change });
    return element("td", { ...attributes, "data-angle": key }, value, " ", element("span", { class: "angle-change" }, change));
  }
}

function write(node, text) {
  if (node.data !== text) node.data = text;
}
