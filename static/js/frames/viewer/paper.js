/** Draws the state, at most once a frame: the strip, its axis, the overview, the crosshair and the band. */
import { Axis } from "./axis.js";
import { windowed } from "./colours.js";
import { Overview } from "./overview.js";
import { Picture } from "./picture.js";
import { levelFor } from "./scan.js";
import { Strip } from "./strip.js";
import { shownRows } from "./view.js";
import { wantedTiles } from "./wanted.js";

export class Paper {
  picture;
  #root;
  #scan;
  #tiles;
  #depths;
  #strip;
  #axis;
  #overview;
  #band;
  #size;
  #table;
  #stale = { view: true, colours: true, overview: true };
  #frame = 0;
  #onDrawn;
  #state;

  /** `onDrawn({isPictureNew})` is called at the end of each frame; `state()` answers what to draw. */
  constructor(root, { scan, tiles, depths, state, onDrawn, onOverview }) {
    this.#root = root;
    this.#scan = scan;
    this.#tiles = tiles;
    this.#depths = depths;
    this.#state = state;
    this.#onDrawn = onDrawn;
    this.picture = new Picture(scan, tiles);
    this.#strip = new Strip(root.querySelector("[data-strip]"), scan);
    this.#axis = new Axis(root.querySelector("[data-axis]"), scan, depths);
    this.#overview = new Overview(root.querySelector("[data-overview]"), scan, tiles, onOverview);
    this.#band = root.querySelector("[data-band]");
  }

  /** The colours drawn with. */
  get table() {
    return this.#table;
  }

  /** Says what has changed, `view`, `colours` or `overview`, if not only the crosshair: it is drawn in the next frame. */
  touch(...names) {
    for (const name of names) this.#stale[name] = true;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** Takes the window's size. */
  resize(size) {
    this.#size = size;
    this.touch("view");
  }

  #draw() {
    this.#frame = 0;
    if (!this.#size) return;
    const state = this.#state();
    const stale = this.#stale;
    this.#stale = { view: false, colours: false, overview: false };
    if (stale.colours) this.#table = windowed(this.#scan.colormaps.get(state.colormap), state.vmin, state.vmax);
    if (stale.colours || stale.overview) this.#overview.draw(this.#table);
    if (stale.view) this.picture.compose(state.view, this.#size, this.#table);
    else if (stale.colours) this.picture.colour(this.#table);
    if (stale.view || stale.colours) this.#strip.draw(this.picture, this.#size, this.#failed(state.view));
    if (stale.view) this.#axis.show(state.view, this.#size);
    this.#showRange(state);
    if (stale.view) this.#tiles.want(wantedTiles(this.#scan, state.view, this.#size));
    this.#onDrawn({ isPictureNew: stale.view, isColourNew: stale.colours });
  }

  #showRange({ view, range }) {
    const picked = range && { first: this.#depths.rowFrom(range.from), end: this.#depths.rowFrom(range.to, { isEnd: true }) };
    this.#overview.show(shownRows(view, this.#size), this.#size.height, picked);
    this.#band.hidden = !picked;
    if (!picked) return;
    // Far beyond the window an element's size has its limits.
    const { height } = this.#size;
    const within = (row) => Math.min(Math.max((row - view.top) * view.zoom, -height), 2 * height);
    const [top, bottom] = [within(picked.first), within(picked.end)];
    this.#band.style.transform = `translateY(${top}px)`;
    this.#band.style.height = `${Math.max(1, bottom - top)}px`;
  }

  /** Spans of rows whose tiles could not be loaded. */
  #failed(view) {
    const level = levelFor(this.#scan, this.picture.lines.rowsPerLine);
    const rows = this.#scan.levels[level].factor * this.#scan.blockRows;
    const { first, end } = shownRows(view, this.#size);
    const spans = [];
    for (let position = Math.floor(first / rows); position * rows < end; position++) {
      if (!this.#tiles.hasFailed(level, position)) continue;
      spans.push({ first: position * rows, end: Math.min((position + 1) * rows, this.#scan.rowCount) });
    }
    return spans;
  }
}
