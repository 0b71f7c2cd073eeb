/** What a key asks of the viewer. Pure. */

const ANYWHERE = {
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  "−": "zoomOut",
  0: "fit",
  1: "rowAPixel",
  g: "goTo",
  "[": "rangeFrom",
  "]": "rangeTo",
  Escape: "clear",
};
const SCROLLS = {
  ArrowUp: { lines: -40 },
  ArrowDown: { lines: 40 },
  PageUp: { windows: -0.9 },
  PageDown: { windows: 0.9 },
  Home: { windows: -Infinity },
  End: { windows: Infinity },
};
const STEPS = {
  ArrowUp: { down: -1, right: 0 },
  ArrowDown: { down: 1, right: 0 },
  ArrowLeft: { down: 0, right: -1 },
  ArrowRight: { down: 0, right: 1 },
};

/** `{name, …}` or null. Keys that scroll are the strip's only where no field or button has them. */
export function actionOf({ key, shiftKey }, { isOnStrip, isOnPage }) {
  const name = ANYWHERE[key.length === 1 ? key.toLowerCase() : key];
  if (name) return { name };
  if (!isOnStrip && !isOnPage) return null;
  if (shiftKey) return key in STEPS ? { name: "step", ...STEPS[key] } : null;
  return key in SCROLLS ? { name: "scroll", ...SCROLLS[key] } : null;
}
