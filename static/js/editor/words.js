/** Points and steps in words, for who cannot see them. Pure. */
import { isPlaced, isUncertain } from "./points.js";

/** With a capital letter. */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `Left knee, 412.3, 208.0, visible`. */
export function inWords(point, name, size) {
  const state = isUncertain(point) ? "occluded, uncertain" : point.state;
  if (!isPlaced(point)) return `${capital(name)}, not placed`;
  return `${capital(name)}, ${(point.x * size.width).toFixed(1)}, ${(point.y * size.height).toFixed(1)}, ${state}`;
}

/** How much is changed. */
export function changedInWords(count) {
  if (!count) return "No changes";
  return `${count} ${count === 1 ? "point" : "points"} changed, not saved`;
}
