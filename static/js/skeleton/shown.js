/** Which points and bones a view shows, and which point is nearest to a place. Pure; people are as the page's JSON. */

/**
 * What is drawn unless a person chose otherwise; `threshold` is in per cent of visibility, `uncertainty` are circles of how
 * far off a point may be, `doubts` rings around points that nobody has looked at and the model is not sure of.
 */
export const DEFAULT_VIEW = Object.freeze({
  skeleton: true, points: true, face: true, labels: "hover", threshold: 0, uncertainty: false, doubts: false, ghost: true,
});

/** Whether the view lets a keypoint take part in the drawing. */
export function isInView(keypoint, index, view, face) {
  if (keypoint.state === "absent" || (!view.face && face.has(index))) return false;
  return Math.round(keypoint.visibility * 100) >= view.threshold;
}

/** A bone is as sure as its less sure end. */
export function boneState(start, end) {
  return start.state === "visible" && end.state === "visible" ? "visible" : "occluded";
}

/** The side of a bone: that of its two ends, middle where they differ. */
export function boneSide(landmarks, start, end) {
  return landmarks.sides[start] === landmarks.sides[end] ? landmarks.sides[start] : "middle";
}

/** Whether the picker shows a person; null picks everyone. */
export function isPicked(person, picked) {
  return picked === null || person.person === picked;
}

/** Whether a person is only there to be compared with: no point of it can be hovered over or selected. */
export function isPassive(person) {
  return Boolean(person.ghost || person.faint);
}

/**
 * `{person, index}` of the point in view nearest to (x, y) in pixels of the photo, within `reach`; null where none is. The
 * point `selected` counts as nearer by `preference` pixels.
 */
export function nearestPoint(people, { x, y, reach, size, view, picked, face, selected = null, preference = 0 }) {
  let best = null;
  let bestDistance = reach;
  if (!view.points && !view.skeleton) return best;
  for (const person of people) {
    if (isPassive(person) || !isPicked(person, picked)) continue;
    person.keypoints.forEach((keypoint, index) => {
      if (!isInView(keypoint, index, view, face)) return;
      const isPreferred = isSamePoint({ person: person.person, index }, selected);
      const away = Math.hypot(keypoint.x * size.width - x, keypoint.y * size.height - y);
      const distance = isPreferred && away <= reach ? away - preference : away;
      if (distance > bestDistance) return;
      bestDistance = distance;
      best = { person: person.person, index };
    });
  }
  return best;
}

/** Whether two selections, either may be null, name the same point. */
export function isSamePoint(a, b) {
  return a?.person === b?.person && a?.index === b?.index;
}
