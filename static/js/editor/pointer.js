/** What the pointer does on the photo: selects, drags, places and changes the state of points. */
import { dragOf } from "./drag.js";

const REACH = 14;
const TOUCH_REACH = 24;

/** The stage's handlers. `editor` has `edit`, `size`, `commands`, `skeleton`, `loupe`, `stage`, `store` and `select(index)`. */
export class Pointer {
  #editor;
  #drag = null;

  constructor(editor) {
    this.#editor = editor;
  }

  get isDragging() {
    return this.#drag !== null;
  }

  cancel() {
    this.#drag?.cancel();
  }

  /** Lets go of what is dragged, where it is. */
  settle() {
    this.#drag?.end();
  }

  /** The index of the point at a place, or null. */
  at(place, isTouch = false) {
    return this.#editor.skeleton.nearest(place.x, place.y, isTouch ? TOUCH_REACH : REACH)?.index ?? null;
  }

  /** Holds the point at the place, if there is one. */
  press(place, isTouch) {
    const { edit, size, commands, store } = this.#editor;
    const index = store.get().isPlacing ? null : this.at(place, isTouch);
    if (index === null) return null;
    this.#editor.select(index);
    this.#drag = dragOf(edit, {
      index, start: place, size, label: commands.name(index),
      onMove: (to) => this.#enlarge(to),
      onEnd: (isChanged) => this.#end(index, isChanged),
    });
    return this.#drag;
  }

  tap(place, isTouch) {
    const { commands, store } = this.#editor;
    const { isPlacing, selected } = store.get();
    if (isPlacing) {
      store.set({ isPlacing: false });
      commands.put(selected, place);
      return;
    }
    const index = this.at(place, isTouch);
    store.set({ selected: index });
    if (index !== null) commands.tell(index);
  }

  menu(event) {
    const { commands, stage } = this.#editor;
    if (this.isDragging) {
      event.preventDefault();
      return;
    }
    const index = this.at(stage.fromScreen(event));
    if (index === null) return;
    event.preventDefault();
    if (event.pointerType === "touch") return; // A finger that rests on a point is about to drag it.
    this.#editor.select(index);
    commands.cycle(index);
  }

  #enlarge(place) {
    const { loupe, stage } = this.#editor;
    loupe.show(place, stage.toStage(place), { scale: stage.scale, stage: stage.size });
  }

  #end(index, isChanged) {
    this.#drag = null;
    this.#editor.loupe.hide();
    if (isChanged) this.#editor.commands.tell(index);
  }
}
