/** The conflict page: draws what is chosen over the photo, and ties its points to the rows. */
import { Skeleton } from "../skeleton.js";
import { DEFAULT_VIEW } from "../skeleton/shown.js";
import { Stage } from "../stage/stage.js";
import { countedInWords, resultOf } from "./choices.js";
import { followDrafts } from "./drafts.js";

const REACH = 14;
const TOUCH_REACH = 24;

const root = document.querySelector("[data-conflict]");
const data = JSON.parse(document.getElementById("conflict-data").textContent);
const size = { width: data.width, height: data.height };
const person = { person: 0, keypoints: data.versions.mine };
const rows = new Map([...root.querySelectorAll("tr[data-index]")].map((row) => [Number(row.dataset.index), row]));
const disputed = root.querySelector(".conflict-side > .conflict-points");

const skeleton = new Skeleton(root.querySelector("[data-skeleton]"), data.landmarks, size);
skeleton.setPeople([person]);
skeleton.show({ view: DEFAULT_VIEW });

const stage = new Stage(root.querySelector("[data-stage]"), size, {
  onChange: ({ scale, isZoomed }) => showScale(scale, isZoomed),
  onTap: (place, isTouch) => goTo(nearest(place, isTouch ? TOUCH_REACH : REACH)),
  onHover: (place) => highlight(place ? nearest(place, REACH) : null),
});

function showScale(scale, isZoomed) {
  skeleton.setUnit(1 / scale);
  root.querySelector("[data-scale]").textContent = `${Math.round(scale * 100)} %`;
  for (const name of ["zoomOut", "fit"]) {
    root.querySelector(`[data-zoom=${name}]`).setAttribute("aria-disabled", String(!isZoomed));
  }
}

function nearest({ x, y }, reach) {
  return skeleton.nearest(x, y, reach)?.index ?? null;
}

function choicesIn(part) {
  return new Map([...rows].flatMap(([index, row]) => {
    const checked = part.contains(row) && row.querySelector("input:checked");
    return checked ? [[index, checked.value]] : [];
  }));
}

/** Draws the points as they are chosen. */
function draw() {
  person.keypoints = resultOf(data.versions, choicesIn(root));
  skeleton.redraw();
  if (disputed) root.querySelector("[data-count]").textContent = countedInWords(choicesIn(disputed));
}

/** Rings the point on the photo and marks its row; null ends it. */
function highlight(index) {
  skeleton.show({ hovered: index === null ? null : { person: 0, index } });
  for (const [number, row] of rows) row.toggleAttribute("data-hovered", number === index);
  for (const dot of root.querySelectorAll("[data-dot]")) {
    dot.toggleAttribute("data-hovered", Number(dot.dataset.dot) === index);
  }
}

/** Brings a point of the result into view where the photo is larger than the stage. */
function reveal(index) {
  const { x, y, state } = person.keypoints[index];
  if (state !== "absent") stage.reveal({ x: x * size.width, y: y * size.height });
}

/** From a point on the photo to its row. */
function goTo(index) {
  const row = rows.get(index);
  if (!row) return;
  const details = row.closest("details");
  if (details) details.open = true;
  row.querySelector("input:checked").focus();
}

for (const [index, row] of rows) {
  row.addEventListener("pointerenter", () => highlight(index));
  row.addEventListener("pointerleave", () => highlight(null));
  row.addEventListener("focusout", () => highlight(null));
  row.addEventListener("focusin", () => {
    highlight(index);
    reveal(index);
  });
  row.addEventListener("change", draw);
}
for (const button of root.querySelectorAll("[data-all]")) {
  button.addEventListener("click", () => {
    for (const input of disputed.querySelectorAll(`input[value=${button.dataset.all}]`)) input.checked = true;
    draw();
  });
}
for (const button of root.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => stage[button.dataset.zoom]());
}
draw();
followDrafts(root, { count: data.landmarks.count, mine: data.versions.mine, result: () => person.keypoints });
root.dataset.isReady = "yes";
