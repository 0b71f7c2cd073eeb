/** Points to and from the text of the form's fields. Pure. */

function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

function entriesOf(text) {
  const list = JSON.parse(text || "[]");
  if (!Array.isArray(list)) throw new Error("expected a list of points");
  return new Map(list.filter((entry) => typeof entry?.name === "string").map((entry) => [entry.name, entry]));
}

/** An extra landmark that has no place. */
export function unplaced(name) {
  return { name, x: null, y: null, z: 0, visibility: 1, presence: 1, state: "absent", isMarked: false };
}

/** A point of the 33 as an entry has it; what that leaves out, or has not in numbers, is as before. */
function keypoint(entry, before, states) {
  const point = { ...before };
  if (!entry) return point;
  for (const field of ["x", "y", "z", "visibility", "presence"]) if (isNumber(entry[field])) point[field] = entry[field];
  if (states.includes(entry.state)) return { ...point, state: entry.state, isMarked: true };
  if (entry.state === null) return { ...point, state: stateByNumbers(point), isMarked: false };
  return before.isMarked ? point : { ...point, state: stateByNumbers(point) };
}

/** As the server has it: visible where as likely as not, absent outside the photo or where the model takes it for so. */
function stateByNumbers({ x, y, visibility, presence }) {
  if (visibility >= 0.5) return "visible";
  const isInside = x >= 0 && x <= 1 && y >= 0 && y <= 1;
  return presence < 0.5 || !isInside ? "absent" : "occluded";
}

/** An extra landmark as an entry has it; without one, or without numbers, it is not placed. */
export function extra(name, entry) {
  if (!isNumber(entry?.x) || !isNumber(entry?.y)) return unplaced(name);
  return { ...unplaced(name), x: entry.x, y: entry.y, state: entry.state === "occluded" ? "occluded" : "visible", isMarked: true };
}

/** All points as two texts say them, the 33 first; throws where a text is no list. `base` are the points before. */
export function pointsOf({ keypoints, extras }, base, { names, count }) {
  const entries = entriesOf(keypoints);
  const extraEntries = entriesOf(extras);
  return names.map((name, index) =>
    index < count
      ? keypoint(entries.get(name), base[index], ["visible", "occluded", "absent"])
      : extra(name, extraEntries.get(name)),
  );
}

/** The two texts of all points; `base` says which states have to be taken back by name. */
export function textsOf(points, base, { count }) {
  const keypoints = points.slice(0, count).map((point, index) => {
    const { name, x, y, z, visibility, presence, state, isMarked } = point;
    const written = { name, x, y, z, visibility, presence };
    if (isMarked) return { ...written, state };
    return base[index].isMarked ? { ...written, state: null } : written;
  });
  const extras = points.slice(count).filter(({ state }) => state !== "absent").map(({ name, x, y, state }) => ({ name, x, y, state }));
  return { keypoints: lines(keypoints), extras: lines(extras) };
}

function lines(list) {
  return list.length ? `[\n${list.map((one) => JSON.stringify(one)).join(",\n")}\n]` : "[]";
}
