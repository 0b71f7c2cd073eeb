/** The photo page: puts state, stage, skeleton, table and the view in space together. */
import { dropSaved } from "../editor/drafts.js";
import { entriesOf } from "../editor/text.js";
import { isTyping } from "../lib/keys.js";
import { startSessionGuard } from "../lib/session.js";
import { Skeleton } from "../skeleton.js";
import { isSamePoint } from "../skeleton/shown.js";
import { Stage } from "../stage/stage.js";
import { startControls } from "./controls.js";
import { startDelete, startDetect } from "./forms.js";
import { actionOf } from "./keys.js";
import { SpaceView } from "./space_view.js";
import { createStore, rememberView, rememberedView } from "./state.js";
import { KeypointTable } from "./table.js";
import { copyText, tableAsText } from "./tsv.js";

const REACH = 14;
const TOUCH_REACH = 24;

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const find = (selector) => document.querySelector(selector);

const landmarks = read("landmarks");
const photo = read("photo");
const hasPeople = photo.people.length > 0;
const store = createStore({
  view: rememberedView(), picked: null, selected: null, hovered: null, isOff: false, isHeld: false,
});

function announce(text) {
  find("[data-status]").textContent = text;
}

function personOf(number) {
  return photo.people.find((person) => person.person === number);
}

function inWords({ person, index }) {
  const keypoint = personOf(person).keypoints[index];
  const name = landmarks.words[index];
  return photo.people.length > 1 ? `Person ${person + 1}, ${name}, ${keypoint.state}` : `${name}, ${keypoint.state}`;
}

const skeleton = hasPeople ? new Skeleton(find("[data-skeleton]"), landmarks, photo) : null;
const stage = new Stage(find("[data-stage]"), photo, {
  onChange({ scale, isZoomed }) {
    skeleton?.setUnit(1 / scale);
    find("[data-scale]").textContent = `${Math.round(scale * 100)} %`;
    for (const name of ["out", "fit"]) find(`[data-zoom=${name}]`).setAttribute("aria-disabled", String(!isZoomed));
  },
  onTap(place, isTouch) {
    const point = skeleton?.nearest(place.x, place.y, isTouch ? TOUCH_REACH : REACH) ?? null;
    store.set({ selected: point });
    if (point) table.reveal(point);
    if (point) announce(inWords(point));
  },
  onHover(place) {
    hover((place && skeleton?.nearest(place.x, place.y, REACH)) ?? null);
  },
});

function hover(point) {
  if (!isSamePoint(point, store.get().hovered)) store.set({ hovered: point });
}

function select(point) {
  if (!isSamePoint(point, store.get().selected)) store.set({ selected: point });
}

const table = hasPeople
  ? new KeypointTable(find("[data-keypoints]"), find("[data-scroll]"), { onSelect: select, onHover: hover })
  : null;
const space = hasPeople ? new SpaceView(find("[data-space]"), landmarks, announce) : null;

/** The person of the view in space: the picked one, else that of the selected point, else the first. */
function personInSpace({ picked, selected }) {
  return personOf(picked ?? selected?.person) ?? photo.people[0];
}

function render(state) {
  const isHidden = state.isOff || state.isHeld;
  skeleton.show({ ...state, isHidden });
  table.show(state);
  const person = personInSpace(state);
  space.show(person, state.selected?.person === person.person ? state.selected.index : null);
  find("[data-space-person]").textContent = photo.people.length > 1 ? `person ${person.person + 1}, illustrative` : "illustrative";
  find("[data-overlay]").setAttribute("aria-pressed", String(!isHidden));
  find("[data-stage-view]").toggleAttribute("data-on-point", state.hovered !== null);
}

function pick(value) {
  const picked = value === "all" ? null : Number(value);
  const { selected } = store.get();
  const isKept = picked === null || selected?.person === picked;
  store.set({ picked, selected: isKept ? selected : null });
  announce(picked === null ? "Everyone shown" : `Person ${picked + 1} shown`);
}

async function copyTable() {
  const { picked } = store.get();
  const people = photo.people.filter((person) => picked === null || person.person === picked);
  try {
    await copyText(tableAsText(people, landmarks, photo));
    announce(`${people.length * landmarks.names.length} rows copied`);
    flash(find("[data-copy]"), "Copied");
  } catch {
    announce("The browser did not allow copying");
    flash(find("[data-copy]"), "Not allowed");
  }
}

function flash(button, text) {
  const label = button.lastChild;
  button.dataset.label ??= label.textContent;
  label.textContent = text;
  setTimeout(() => {
    label.textContent = button.dataset.label;
  }, 2000);
}

function toggleOverlay() {
  const isOff = !store.get().isOff;
  store.set({ isOff });
  announce(isOff ? "Skeleton hidden" : "Skeleton shown");
}

const follow = (selector) => find(selector)?.click();
const ACTIONS = {
  zoomIn: () => stage.zoomIn(),
  zoomOut: () => stage.zoomOut(),
  fit: () => stage.fit(),
  pan: ({ right, down }) => stage.step(right, down),
  newer: () => follow("[data-newer]"),
  older: () => follow("[data-older]"),
  deselect: () => store.set({ selected: null }),
  holdOverlay: () => store.set({ isHeld: true }),
  toggleOverlay,
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (find("dialog[open], details[data-menu][open]")) return;
  const isOnField = event.target.matches?.("input") ?? false;
  const action = actionOf(event, { isZoomed: stage.isZoomed, isStageFocused: stage.isFocused, isOnField });
  if (!action) return;
  event.preventDefault();
  ACTIONS[action.name](action);
});
document.addEventListener("keyup", (event) => {
  if (event.key.toLowerCase() === "h") store.set({ isHeld: false });
});
window.addEventListener("blur", () => store.set({ isHeld: false }));

const BUTTONS = { in: "zoomIn", out: "zoomOut", fit: "fit" };
for (const button of document.querySelectorAll("[data-zoom]")) {
  button.addEventListener("click", () => ACTIONS[BUTTONS[button.dataset.zoom]]());
}
/** With a person picked there is nothing to choose. */
find("[data-edit-menu] summary")?.addEventListener("click", (event) => {
  const { picked } = store.get();
  if (picked === null) return;
  event.preventDefault();
  follow(`[data-edit-person="${picked}"]`);
});

startDelete();
startDetect(announce);
startSessionGuard();

for (const { id: pose, revision, keypoints, extras } of photo.people) {
  dropSaved({ pose, revision, entries: entriesOf([...keypoints, ...extras], keypoints.length) });
}
if (hasPeople) {
  store.subscribe(render);
  store.subscribe(({ view }, before) => {
    if (view !== before.view) rememberView(view);
  });
  skeleton.setPeople(photo.people);
  render(store.get());
  startControls(find("[data-controls]"), store.get().view, (view) => store.set({ view }));
  find("[data-overlay]").addEventListener("click", toggleOverlay);
  find("[data-copy]").addEventListener("click", copyTable);
  find("[data-people]")?.addEventListener("change", (event) => pick(event.target.value));
}
find("[data-viewer]").dataset.isReady = "yes";
