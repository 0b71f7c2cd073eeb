/** The page's state in one place, and the choices that outlive it. */
import { DEFAULT_VIEW } from "../skeleton/shown.js";

const KEY = "viewer";
const LABELS = ["off", "hover", "all"];

/** Holds a state; `set` merges a change and tells who listens, unless nothing changed. */
export function createStore(initial) {
  let state = Object.freeze({ ...initial });
  const listeners = [];
  return {
    get: () => state,
    set(change) {
      if (Object.entries(change).every(([key, value]) => Object.is(state[key], value))) return;
      const before = state;
      state = Object.freeze({ ...state, ...change });
      for (const listener of listeners) listener(state, before);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}

/** A view from anything: what does not fit falls back to the default. */
export function validView(value) {
  const view = { ...DEFAULT_VIEW };
  for (const name of ["skeleton", "points", "face", "uncertainty"]) {
    if (typeof value?.[name] === "boolean") view[name] = value[name];
  }
  if (LABELS.includes(value?.labels)) view.labels = value.labels;
  if (Number.isInteger(value?.threshold) && value.threshold >= 0 && value.threshold <= 100) view.threshold = value.threshold;
  return view;
}

/** The view this browser kept. */
export function rememberedView() {
  try {
    return validView(JSON.parse(localStorage.getItem(KEY)));
  } catch {
    return { ...DEFAULT_VIEW }; // Storage may be forbidden, or hold something else.
  }
}

/** Keeps the view for the next photo and visit. */
export function rememberView(view) {
  try {
    localStorage.setItem(KEY, JSON.stringify(view));
  } catch {
    // Storage may be forbidden: the choice then holds for this page.
  }
}
