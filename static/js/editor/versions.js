/** The page's data as versions of all points, and as people to draw. Pure. */
import { extra, unplaced } from "./text.js";

/** `base`, which the edit began from, and the `model`'s, which has no extra landmarks. */
export function versionsOf({ base, baseExtras, model, landmarks }) {
  const names = landmarks.names.slice(landmarks.count);
  const placed = new Map(baseExtras.map((entry) => [entry.name, entry]));
  return {
    base: [...base, ...names.map((name) => extra(name, placed.get(name)))],
    model: [...model, ...names.map(unplaced)],
  };
}

/** Everyone on the photo, the one who is edited last, which is above the others. */
export function peopleOf({ person, others, model }, points) {
  return [
    ...others.map((other) => ({ ...other, faint: true })),
    { person, keypoints: model, ghost: true },
    { person, keypoints: points },
  ];
}
