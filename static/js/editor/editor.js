/** One editor: puts the edit, stage, skeleton, rows, loupe and the form's text together. */
import { isTyping } from "../lib/keys.js";
import { Skeleton } from "../skeleton.js";
import { Stage } from "../stage/stage.js";
import { createStore } from "../viewer/state.js";
import { Commands } from "./commands.js";
import { Edit } from "./edit.js";
import { actionOf } from "./keys.js";
import { startLooks, viewOf } from "./looks.js";
import { Loupe } from "./loupe.js";
import { isUncertain, nextUncertain, placeOf } from "./points.js";
import { Pointer } from "./pointer.js";
import { PointRows } from "./rows.js";
import { Saving } from "./saving.js";
import { Tools } from "./tools.js";
import { peopleOf, versionsOf } from "./versions.js";

const WHILE_DRAGGING = ["escape", "save", "holdOverlay", "toggleOverlay"];
const NOTHING = { selected: null, hovered: null, isOff: false, isHeld: false, isPlacing: false, view: viewOf({}) };

/** The editor in a widget's root. */
export class Editor {
  #root;
  #data;
  #saving;
  #pointer = new Pointer(this);
  #rows;
  #tools;
  #angles = null;
  #isWalking = true;

  constructor(root) {
    this.#root = root;
    this.#data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
    this.size = this.#data.photo;
    this.store = createStore(NOTHING);
    const versions = versionsOf(this.#data);
    this.#saving = this.#makeSaving(versions.base);
    const points = this.#saving.points() ?? versions.base;
    this.edit = new Edit({ ...versions, points }, (...change) => this.#onChange(...change));
    this.#saving.follow(this.edit);
    this.commands = new Commands(this.edit, this.#data, (text) => this.#announce(text));
    this.skeleton = new Skeleton(this.#find("[data-skeleton]"), this.#data.landmarks, this.size);
    this.#tools = new Tools(this.#find("[data-tools]"), (button) => this.#onButton(button));
    this.stage = this.#makeStage();
    this.#rows = this.#makeRows();
    this.loupe = new Loupe(this.#find("[data-loupe]"), this.#find("[data-photo]"));
    this.#start();
  }

  /** Selects a point and brings its row into view. */
  select(index) {
    this.store.set({ selected: index });
    this.#rows.reveal(index);
  }

  #start() {
    this.skeleton.setPeople(peopleOf(this.#data, this.edit.points));
    this.store.subscribe((state) => this.#render(state));
    startLooks(this.#find("[data-looks]"), (looks) => this.#look(looks));
    this.edit.points.forEach((_, index) => this.#write(index));
    this.#render(this.store.get());
    this.#refresh();
    this.#listen();
    this.#startAngles();
  }

  /** The panel of joint angles is only fetched where the page has a place for it. */
  async #startAngles() {
    const root = this.#find("[data-angles]");
    if (!root) return;
    const { AnglePanel } = await import("./angles.js");
    const { landmarks } = this.#data;
    this.#angles = new AnglePanel(root, { landmarks, size: this.size, baseline: this.edit.base });
    this.#angles.show(this.edit.points);
  }

  #makeSaving(base) {
    const onTake = (points, label) => this.commands.take(points, label);
    return new Saving(this.#root, { data: this.#data, base, onTake, onSend: () => this.#pointer.settle() });
  }

  #makeStage() {
    return new Stage(this.#find("[data-stage]"), this.size, {
      onChange: ({ scale, isZoomed }) => this.#onZoom(scale, isZoomed),
      onTap: (place, isTouch) => this.#pointer.tap(place, isTouch),
      onHover: (place) => this.store.set({ hovered: place && this.#pointer.at(place) }),
      onDouble: (place) => this.#pointer.at(place) !== null,
      onPress: (place, isTouch) => {
        this.#isWalking = true;
        return this.#pointer.press(place, isTouch);
      },
    });
  }

  #makeRows() {
    return new PointRows(this.#find("[data-scroll]"), this.size, {
      onSelect: (index) => this.#show(index),
      onHover: (index) => this.store.set({ hovered: index }),
      // What changes nothing, or is no number, is written over by what the point has.
      onPlace: (index, place) => this.commands.put(index, place) || this.#write(index),
      onState: (index, state) => this.commands.setState(index, state) || this.#write(index),
    });
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  #announce(text) {
    this.#find("[data-status]").textContent = text;
  }

  #onChange(indexes, { isPreview }) {
    for (const index of indexes) this.#write(index);
    if (isPreview) this.skeleton.movePoint({ person: this.#data.person, index: indexes[0] });
    else this.skeleton.redraw();
    this.#angles?.show(this.edit.points);
    if (isPreview) return;
    this.#saving.write();
    this.#refresh();
  }

  #write(index) {
    this.#rows.write(index, this.edit.points[index], this.edit.base[index]);
  }

  #refresh() {
    const { canUndo, canRedo, points } = this.edit;
    this.#tools.enable({ undo: canUndo, redo: canRedo, next: points.some(isUncertain) });
  }

  #onZoom(scale, isZoomed) {
    this.skeleton.setUnit(1 / scale);
    this.#find("[data-scale]").textContent = `${Math.round(scale * 100)} %`;
    this.#tools.enable({ zoomOut: isZoomed, fit: isZoomed });
  }

  #look(looks) {
    const { style } = this.#find("[data-skeleton]");
    style.setProperty("--point-size", looks.size / 100);
    style.setProperty("--overlay-opacity", looks.opacity / 100);
    this.store.set({ view: viewOf(looks) });
  }

  #render({ selected, hovered, isOff, isHeld, isPlacing, view }) {
    const named = (index) => (index === null ? null : { person: this.#data.person, index });
    const isHidden = isOff || isHeld;
    this.skeleton.show({ view, selected: named(selected), hovered: named(hovered), isHidden });
    this.#rows.show({ selected, hovered });
    const stage = this.#find("[data-stage-view]");
    stage.toggleAttribute("data-on-point", hovered !== null);
    stage.toggleAttribute("data-placing", isPlacing);
    this.#tools.press({ place: isPlacing, toggleOverlay: !isHidden });
    this.#tools.enable({ place: selected !== null, cycle: selected !== null });
  }

  // What keys and buttons ask for. What answers false leaves the key to the browser.

  #act(action) {
    if (this.#pointer.isDragging && !WHILE_DRAGGING.includes(action.name)) return true;
    const { selected, isPlacing } = this.store.get();
    const acts = {
      undo: () => this.#replay("undo"),
      redo: () => this.#replay("redo"),
      save: () => action.isRepeated || this.#saving.save(),
      nudge: () => this.#nudge(action),
      walk: () => this.#walk(action),
      cycle: () => this.commands.cycle(selected) && undefined,
      place: () => this.#setPlacing(!isPlacing),
      next: () => this.#next(),
      escape: () => this.#escape(),
      zoomIn: () => this.stage.zoomIn(),
      zoomOut: () => this.stage.zoomOut(),
      fit: () => this.stage.fit(),
      holdOverlay: () => this.store.set({ isHeld: true }),
      toggleOverlay: () => this.#toggleOverlay(),
      keys: () => this.#openKeys(),
    };
    return acts[action.name]() !== false;
  }

  #replay(which) {
    const step = this.commands.replay(which);
    if (step?.changes.length === 1) this.select(step.changes[0].index);
  }

  #nudge({ right, down, pixels }) {
    const { selected } = this.store.get();
    if (selected === null) return this.stage.step(right, down);
    const place = this.commands.nudge(selected, right * pixels, down * pixels);
    return place && this.stage.reveal(place);
  }

  /** Selects a point that the pointer has not chosen: it comes into view on the photo. */
  #show(index) {
    this.store.set({ selected: index });
    const point = this.edit.points[index];
    if (point.state !== "absent") this.stage.reveal(placeOf(point, this.size));
  }

  /** The same in the rows too, and in words. */
  #goTo(index) {
    this.#show(index);
    this.#rows.reveal(index);
    this.commands.tell(index);
  }

  #walk({ step }) {
    const { selected } = this.store.get();
    const { length } = this.edit.points;
    const next = selected === null ? (step > 0 ? 0 : length - 1) : selected + step;
    // Beyond the ends the key goes on to what lies around the photo.
    if (next < 0 || next >= length) return false;
    this.#goTo(next);
    return true;
  }

  #next() {
    const index = nextUncertain(this.edit.points, this.store.get().selected);
    if (index < 0) this.#announce("No uncertain point is left");
    else this.#goTo(index);
  }

  #escape() {
    if (this.#pointer.isDragging) this.#pointer.cancel();
    else if (this.store.get().isPlacing) this.#setPlacing(false);
    else if (this.stage.isFocused && this.#isWalking) {
      this.#isWalking = false;
      this.#announce("Tab leaves the photo now");
    } else this.store.set({ selected: null });
  }

  #setPlacing(isPlacing) {
    const { selected } = this.store.get();
    if (selected === null) {
      this.#announce("Select a point first");
      return;
    }
    this.store.set({ isPlacing });
    this.#announce(isPlacing ? `Click where ${this.commands.name(selected)} is, or press Enter for the middle` : "Not placed");
    if (isPlacing) this.stage.focus();
  }

  #toggleOverlay() {
    const isOff = !this.store.get().isOff;
    this.store.set({ isOff });
    this.#announce(isOff ? "Skeleton hidden" : "Skeleton shown");
  }

  /** Where the page lists the keys itself, the key is left to it. */
  #openKeys() {
    const dialog = this.#find("[data-own-keys]");
    dialog?.showModal();
    return dialog !== null;
  }

  #listen() {
    document.addEventListener("keydown", (event) => this.#onKeyDown(event));
    document.addEventListener("keyup", (event) => {
      if (event.key.toLowerCase() === "h") this.store.set({ isHeld: false });
    });
    window.addEventListener("blur", () => this.store.set({ isHeld: false }));
    const view = this.#find("[data-stage-view]");
    view.addEventListener("focus", () => {
      this.#isWalking = true;
    });
    view.addEventListener("contextmenu", (event) => this.#pointer.menu(event));
    this.#find("[data-own-keys] [data-close]")?.addEventListener("click", () => this.#find("[data-own-keys]").close());
  }

  #onKeyDown(event) {
    const { target } = event;
    if (event.defaultPrevented || (target !== document.body && !this.#find("[data-text]").form.contains(target))) return;
    if (document.querySelector("dialog[open], details[data-menu][open]")) return;
    if (event.key === "Enter" && this.stage.isFocused && this.store.get().isPlacing) {
      event.preventDefault();
      this.#pointer.tap(this.stage.middle, false);
      return;
    }
    const action = actionOf(event, {
      isOnStage: this.stage.isFocused,
      isWalking: this.#isWalking,
      isTyping: isTyping(event),
      isText: isTyping(event) && !target.matches("select, [type=number]"),
    });
    if (action && this.#act(action)) event.preventDefault();
  }

  #onButton({ do: name, swap, revert, of }) {
    if (this.#pointer.isDragging) return false;
    if (name) this.#act({ name });
    if (swap) this.commands.swap(swap);
    if (revert) this.commands.revert(revert, of, this.store.get().selected);
    return true;
  }
}
