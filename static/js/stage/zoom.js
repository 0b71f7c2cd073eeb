/**
 * The arithmetic of zooming. Pure.
 *
 * The photo fits the stage at scale 1. A transform `{scale, x, y}` scales the whole stage around its top left corner and moves
 * it by x and y pixels of the screen.
 */

export const FIT = Object.freeze({ scale: 1, x: 0, y: 0 });
const LARGEST_PIXEL = 16;
const LEAST_LIMIT = 8;

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** How the photo lies in the stage at scale 1: screen pixels for a pixel of the photo, and its top left corner. */
export function fitOf(photo, stage) {
  const scale = Math.min(stage.width / photo.width, stage.height / photo.height);
  return {
    scale,
    left: (stage.width - photo.width * scale) / 2,
    top: (stage.height - photo.height * scale) / 2,
  };
}

/** The largest scale: a pixel of the photo is then a small square. */
export function largestScale(fit) {
  return Math.max(LEAST_LIMIT, LARGEST_PIXEL / fit.scale);
}

/** The transform kept so that the stage stays filled. */
export function kept({ scale, x, y }, stage) {
  return {
    scale,
    x: clamp(x, stage.width * (1 - scale), 0),
    y: clamp(y, stage.height * (1 - scale), 0),
  };
}

/** Zoomed by a factor around a point of the stage, which stays where it is. */
export function zoomedAt(transform, factor, point, { stage, largest }) {
  const scale = clamp(transform.scale * factor, 1, largest);
  const ratio = scale / transform.scale;
  const x = point.x - (point.x - transform.x) * ratio;
  const y = point.y - (point.y - transform.y) * ratio;
  return kept({ scale, x, y }, stage);
}

/** Moved by pixels of the screen. */
export function panned(transform, dx, dy, stage) {
  return kept({ ...transform, x: transform.x + dx, y: transform.y + dy }, stage);
}

/** The same part of the photo in a stage of another size. */
export function resized(transform, before, after) {
  const x = (transform.x * after.width) / before.width;
  const y = (transform.y * after.height) / before.height;
  return kept({ scale: transform.scale, x, y }, after);
}

/** The place on the photo, in its pixels, under a point of the stage. */
export function toPhoto(point, transform, fit) {
  return {
    x: ((point.x - transform.x) / transform.scale - fit.left) / fit.scale,
    y: ((point.y - transform.y) / transform.scale - fit.top) / fit.scale,
  };
}

/** The point of the stage above a place on the photo. */
export function toStage(place, transform, fit) {
  return {
    x: (place.x * fit.scale + fit.left) * transform.scale + transform.x,
    y: (place.y * fit.scale + fit.top) * transform.scale + transform.y,
  };
}
