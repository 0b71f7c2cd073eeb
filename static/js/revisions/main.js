/** Two revisions compared: draws the skeletons so that they keep their size on the screen, and ties points to rows. */
import { Skeleton } from "../skeleton.js";
import { DEFAULT_VIEW } from "../skeleton/shown.js";
import { Picture } from "./picture.js";

const comparison = JSON.parse(document.getElementById("comparison").textContent);
const rows = new Map([...document.querySelectorAll("[data-points] tr[data-index]")].map((row) => [Number(row.dataset.index), row]));

const pictures = [...document.querySelectorAll("[data-picture]")].map((element) => {
  const skeleton = new Skeleton(element.querySelector("[data-skeleton]"), comparison.landmarks, comparison);
  skeleton.setPeople(comparison.people[element.dataset.picture]);
  skeleton.show({ view: DEFAULT_VIEW });
  return new Picture(element, skeleton, { onHover: highlight });
});

/** Rings the point in every picture and marks its row; null ends it. */
function highlight(index) {
  const hovered = index === null ? null : { person: 0, index };
  for (const picture of pictures) picture.show(hovered);
  for (const [number, row] of rows) row.toggleAttribute("data-hovered", number === index);
}

for (const [index, row] of rows) {
  row.addEventListener("pointerenter", () => highlight(index));
  row.addEventListener("pointerleave", () => highlight(null));
  row.addEventListener("focusin", () => highlight(index));
  row.addEventListener("focusout", () => highlight(null));
}
document.querySelector(".compare-pictures").dataset.isReady = "yes";
