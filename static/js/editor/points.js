/**
 * What can be done to a point. Pure: points are never changed, each operation answers a new one.
 *
 * A point is `{name, x, y, z, visibility, presence, state, isMarked}` with x and y in shares of the photo (null for an
 * extra landmark that is not placed) and `isMarked` where a person gave the state. `z`, `visibility` and `presence` are
 * the model's: nobody edits them. Places are in pixels of the photo.
 */

export const STATES = ["visible", "occluded", "absent"];
const DECIMALS = 1e6;

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

function rounded(share) {
  return Math.round(share * DECIMALS) / DECIMALS;
}

/** Whether it has a place at all. */
export function isPlaced(point) {
  return point.x !== null;
}

/** Where it is, or null. */
export function placeOf(point, size) {
  return isPlaced(point) ? { x: point.x * size.width, y: point.y * size.height } : null;
}

/** At another place, kept on the photo, with the state it had; one that was absent is visible now. */
export function moved(point, place, size) {
  return {
    ...point,
    x: rounded(clamp(place.x, 0, size.width) / size.width),
    y: rounded(clamp(place.y, 0, size.height) / size.height),
    state: point.state === "absent" ? "visible" : point.state,
    isMarked: true,
  };
}

/** By pixels from where it is. */
export function nudged(point, dx, dy, size) {
  const place = placeOf(point, size);
  return place && moved(point, { x: place.x + dx, y: place.y + dy }, size);
}

/** In another state; only absent ones may lie outside the photo. */
export function withState(point, state) {
  return isPlaced(point) ? kept({ ...point, state, isMarked: true }) : point;
}

/** In the next state. */
export function cycled(point) {
  return withState(point, STATES[(STATES.indexOf(point.state) + 1) % STATES.length]);
}

/** Back on the photo, unless it is absent or there already. */
export function kept(point) {
  if (point.state === "absent" || !isPlaced(point)) return point;
  const [x, y] = [clamp(point.x, 0, 1), clamp(point.y, 0, 1)];
  return x === point.x && y === point.y ? point : { ...point, x, y };
}

/** The state of a point that nobody marked, as the server has it: visible where as likely as not, absent outside the
 * photo or where the model takes it for so.
 */
export function stateByNumbers({ x, y, visibility, presence }) {
  if (visibility >= 0.5) return "visible";
  const isInside = x >= 0 && x <= 1 && y >= 0 && y <= 1;
  return presence < 0.5 || !isInside ? "absent" : "occluded";
}

/** Where another point is and as it is; marked where its own numbers would say otherwise. */
export function placedAs(point, { x, y, state, isMarked }) {
  const there = { ...point, x, y, state };
  return { ...there, isMarked: isMarked || (x !== null && state !== stateByNumbers(there)) };
}

/** Whether two versions of a point are at one place and in one state, whoever said so. */
export function isAlike(a, b) {
  return a.x === b.x && a.y === b.y && a.state === b.state;
}

/** Whether two versions of a point say the same. */
export function isSame(a, b) {
  if (a.state === "absent" && b.state === "absent" && (!isPlaced(a) || !isPlaced(b))) return true;
  return isAlike(a, b) && a.isMarked === b.isMarked;
}

/** The pixels between two versions of a point; 0 where either has no place. */
export function distance(a, b, size) {
  if (!isPlaced(a) || !isPlaced(b)) return 0;
  return Math.hypot((a.x - b.x) * size.width, (a.y - b.y) * size.height);
}

/** Whether the model is not sure of it and nobody has looked yet. */
export function isUncertain(point) {
  return point.state === "occluded" && !point.isMarked;
}

/** The uncertain point after one (or null), the least sure first and round again; -1 where none is left. */
export function nextUncertain(points, after) {
  const order = points.flatMap((point, index) => (isUncertain(point) ? [index] : []));
  order.sort((a, b) => points[a].visibility - points[b].visibility);
  if (!order.length) return -1;
  if (order.includes(after)) return order[(order.indexOf(after) + 1) % order.length];
  return order[0];
}

/** Changes that exchange left and right of pairs of indexes; names stay where they are. */
export function swapped(points, pairs) {
  const taken = (index, from) => ({ index, after: kept(placedAs(points[index], points[from])) });
  return pairs.flatMap(([left, right]) => [taken(left, right), taken(right, left)]);
}

/** Changes that bring back points of another version; without `index` all of them. */
export function reverted(points, version, index = null) {
  const indexes = index === null ? version.map((_, number) => number) : [index];
  return indexes.map((number) => ({ index: number, after: placedAs(points[number], version[number]) }));
}
