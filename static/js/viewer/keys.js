/** What a key asks of the viewer. Pure: an event and where the page stands in, an action's name out. */

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** `{name, right?, down?}` or null. Fields that use arrows themselves keep them. */
export function actionOf({ key, shiftKey }, { isZoomed, isStageFocused, isOnField }) {
  if (key === "+" || key === "=") return { name: "zoomIn" };
  if (key === "-" || key === "−") return { name: "zoomOut" };
  if (key === "0") return { name: "fit" };
  if (key === "[") return { name: "newer" };
  if (key === "]") return { name: "older" };
  if (key === "Escape") return { name: "deselect" };
  if (key.toLowerCase() === "h") return { name: shiftKey ? "toggleOverlay" : "holdOverlay" };
  if (!(key in ARROWS) || isOnField) return null;
  const [right, down] = ARROWS[key];
  if (isZoomed || isStageFocused) return isZoomed ? { name: "pan", right, down } : null;
  return right ? { name: right < 0 ? "newer" : "older" } : null;
}
