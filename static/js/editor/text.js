/** Points to and from the entries of the form's two texts and of drafts: `{name, x, y}` and a `state`. Pure. */
import { stateByNumbers } from "./points.js";

const STATES = ["visible", "occluded", "absent"];
const ROUNDING = 1e-6;

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** A text's entries, each a point of `names`; throws where it is no list of such. */
export function entriesIn(text, names) {
  const list = JSON.parse(text || "[]");
  if (!Array.isArray(list)) throw new Error("expected a list of points");
  const stranger = list.find((entry) => !names.includes(entry?.name));
  if (stranger !== undefined) throw new Error(`${JSON.stringify(stranger?.name ?? stranger).slice(0, 40)} is no point here`);
  return list;
}

/** An extra landmark that has no place. */
export function unplaced(name) {
  return { name, x: null, y: null, z: 0, visibility: 1, presence: 1, state: "absent", isMarked: false };
}

/** A point of the 33 as an entry has it; what that leaves out, or has not in numbers, is as before. */
function keypoint(entry, before) {
  const point = { ...before };
  if (!entry) return point;
  for (const field of ["x", "y"]) if (isNumber(entry[field])) point[field] = entry[field];
  if (STATES.includes(entry.state)) return { ...point, state: entry.state, isMarked: true };
  if (entry.state === null) return { ...point, state: stateByNumbers(point), isMarked: false };
  return before.isMarked ? point : { ...point, state: stateByNumbers(point) };
}

/** An extra landmark as an entry has it; without one, or without numbers, it is not placed. */
export function extra(name, entry) {
  if (!isNumber(entry?.x) || !isNumber(entry?.y)) return unplaced(name);
  return { ...unplaced(name), x: entry.x, y: entry.y, state: entry.state === "occluded" ? "occluded" : "visible", isMarked: true };
}

/** All points as entries say them, the 33 first. `base` are the points before, whose model's numbers stay. */
export function pointsOf(entries, base, { names, count }) {
  const named = new Map(entries.map((entry) => [entry.name, entry]));
  return names.map((name, index) => (index < count ? keypoint(named.get(name), base[index]) : extra(name, named.get(name))));
}

/** All points as entries that leave nothing open; of the landmarks after the first `count` those that are placed. */
export function entriesOf(points, count) {
  return points
    .filter(({ state }, index) => index < count || state !== "absent")
    .map(({ name, x, y, state, isMarked }, index) => ({ name, x, y, state: isMarked || index >= count ? state : null }));
}

/** Whether two lists of entries say the same, to what the server rounds. */
export function areSameEntries(first, second) {
  const named = new Map(second.map((entry) => [entry.name, entry]));
  const isNear = (a, b) => Math.abs(a - b) <= ROUNDING;
  const isSame = (a, b) => Boolean(b) && isNear(a.x, b.x) && isNear(a.y, b.y) && a.state === b.state;
  return first.length === second.length && first.every((entry) => isSame(entry, named.get(entry.name)));
}

/** The two texts of all points: states where a person gave one; `isOpen(index)` where to say that nobody did. */
export function textsOf(points, { count }, isOpen) {
  const entries = entriesOf(points, count);
  const keypoints = entries.slice(0, count).map(({ state, ...place }, index) =>
    (state === null && !isOpen(index) ? place : { ...place, state }));
  return { keypoints: lines(keypoints), extras: lines(entries.slice(count)) };
}

function lines(list) {
  return list.length ? `[\n${list.map((one) => JSON.stringify(one)).join(",\n")}\n]` : "[]";
}
