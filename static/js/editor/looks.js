/** How the skeleton looks while it is edited, remembered for the next time. */
import { DEFAULT_VIEW } from "../skeleton/shown.js";

const KEY = "editor";
const DEFAULTS = Object.freeze({ size: 100, opacity: 100, skeleton: true, ghost: false, doubts: true });

/** Looks from anything: what does not fit falls back to the default; `size` and `opacity` are in per cent. */
export function validLooks(value) {
  const looks = { ...DEFAULTS };
  for (const name of ["skeleton", "ghost", "doubts"]) if (typeof value?.[name] === "boolean") looks[name] = value[name];
  if (value?.size >= 50 && value.size <= 200) looks.size = Number(value.size);
  if (value?.opacity >= 20 && value.opacity <= 100) looks.opacity = Number(value.opacity);
  return looks;
}

/** What a skeleton shows with these looks. */
export function viewOf({ skeleton, ghost, doubts }) {
  return { ...DEFAULT_VIEW, skeleton, ghost, doubts };
}

function remembered() {
  try {
    return validLooks(JSON.parse(localStorage.getItem(KEY)));
  } catch {
    return { ...DEFAULTS }; // Storage may be forbidden, or hold something else.
  }
}

function remember(looks) {
  try {
    localStorage.setItem(KEY, JSON.stringify(looks));
  } catch {
    // Storage may be forbidden: the choice then holds for this page.
  }
}

/** Fills the fields from what was remembered and tells `onChange(looks)` of that and of every change. */
export function startLooks(root, onChange) {
  const fields = [...root.querySelectorAll("[data-look]")];
  const looks = remembered();
  for (const field of fields) {
    if (field.type === "checkbox") field.checked = looks[field.dataset.look];
    else field.value = looks[field.dataset.look];
  }
  onChange(looks);
  root.addEventListener("input", () => {
    const asked = fields.map((field) => [field.dataset.look, field.type === "checkbox" ? field.checked : field.valueAsNumber]);
    const changed = validLooks(Object.fromEntries(asked));
    remember(changed);
    onChange(changed);
  });
}
