/**
 * Joint angles in the photo's plane, in degrees. Pure, and the same as poses/engine/angles.py: both are tested by
 * tests/data/angles.json.
 */

const THREE_POINTS = {
  elbow: ["shoulder", "elbow", "wrist"],
  shoulder: ["elbow", "shoulder", "hip"],
  hip: ["shoulder", "hip", "knee"],
  knee: ["hip", "knee", "ankle"],
  ankle: ["knee", "ankle", "foot_index"],
};

/** The joints that have an angle, left and right; and the lines that have a tilt. */
export const JOINTS = Object.keys(THREE_POINTS);
export const LINES = ["shoulder_line", "hip_line"];

const degrees = (radians) => (radians * 180) / Math.PI;
const isSamePlace = (a, b) => a.x === b.x && a.y === b.y;

/** 0 to 180, 180 where the limb is straight; null where a place is missing or the joint lies on one of the others. */
function angle(a, at, b) {
  if (!a || !at || !b || isSamePlace(a, at) || isSamePlace(b, at)) return null;
  const [ax, ay, bx, by] = [a.x - at.x, a.y - at.y, b.x - at.x, b.y - at.y];
  return degrees(Math.atan2(Math.abs(ax * by - ay * bx), ax * bx + ay * by));
}

/** -90 to 90, positive where the subject's left side is higher: y points down. */
function tilt(left, right) {
  if (!left || !right || isSamePlace(left, right)) return null;
  return degrees(Math.atan2(right.y - left.y, Math.abs(right.x - left.x)));
}

/**
 * Degrees or null by name (left_elbow, … right_ankle, shoulder_line, hip_line) of keypoints `{x, y, state}` in the order of
 * `names`, x and y in shares of the photo's `size` in pixels.
 */
export function jointAngles(keypoints, names, size) {
  const place = (name) => {
    const point = keypoints[names.indexOf(name)];
    if (!point || point.state === "absent" || point.x === null) return null;
    return { x: point.x * size.width, y: point.y * size.height };
  };
  const found = {};
  for (const joint of JOINTS) {
    for (const side of ["left", "right"]) {
      found[`${side}_${joint}`] = angle(...THREE_POINTS[joint].map((name) => place(`${side}_${name}`)));
    }
  }
  found.shoulder_line = tilt(place("left_shoulder"), place("right_shoulder"));
  found.hip_line = tilt(place("left_hip"), place("right_hip"));
  return found;
}
