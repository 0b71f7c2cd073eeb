/** The page of one scan: what is looked at is in one state; keys, pointer and forms change it, all else follows. */
import { isTyping } from "../../lib/keys.js";
import { listenGestures } from "../../stage/gestures.js";
import { createStore } from "../../viewer/state.js";
import { copyText } from "../../viewer/tsv.js";
import { Actions } from "./actions.js";
import { readAddress, writeAddress } from "./address.js";
import { Crosshair } from "./crosshair.js";
import { Depths } from "./depths.js";
import { actionOf } from "./keys.js";
import { Look } from "./look.js";
import { Messages } from "./messages.js";
import { Navigation } from "./navigation.js";
import { depthWriter } from "./numbers.js";
import { Paper } from "./paper.js";
import { RangePanel } from "./range.js";
import { readScan } from "./scan.js";
import { Tiles } from "./tiles.js";
import { Trace } from "./trace.js";
import { middleRow } from "./view.js";

const REST_MS = 120;
const ADDRESS_MS = 250;
const SAID_MS = 350;

const root = document.querySelector("[data-depth-viewer]");
const find = (selector) => root.querySelector(selector);
const scan = readScan(JSON.parse(document.getElementById("scan").textContent));
const written = depthWriter(scan);
const asked = readAddress(location.search, scan, { written: written.withUnit });
const { colormap, vmin, vmax } = asked;
const store = createStore({ view: null, cursor: null, range: null, colormap, vmin, vmax });
const usualStep = scan.step ?? (scan.depthMax - scan.depthMin) / scan.rowCount;
const view = find("[data-strip-view]");
let size = null;
let pointer = null;

const messages = new Messages(root, { onRetry: () => tiles.retry() });
const tiles = new Tiles(scan, {
  onLoaded: (level) => paper.touch("view", ...(level === scan.homeLevel ? ["overview"] : [])),
  onTrouble: (error) => messages.trouble(error),
});
const depths = new Depths(scan, tiles);
const paper = new Paper(root, {
  scan,
  tiles,
  depths,
  state: store.get,
  onDrawn: follow,
  onOverview: (row) => actions.centre(row),
});
const actions = new Actions(store, scan, depths, paper.picture);
const trace = new Trace(find("[data-trace]"), scan);
const crosshair = new Crosshair(root, scan, depths, { trace, written });
const look = new Look(find("[data-look]"), scan, (change) => store.set(change));
const navigation = new Navigation(find("[data-navigation]"), depths, {
  written,
  onGo: goToDepth,
  onSlide: (top) => actions.scrollTo(top),
  onZoom: (name) => actions[name](),
});
const rangePanel = new RangePanel(find("[data-range]"), scan, depths, {
  written: written.plain,
  onChange: (range) => store.set({ range }),
  shown: () => actions.shownRange,
});

/** Calls `run` once nothing has asked for it for a while. */
function debounced(run, wait) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...values), wait);
  };
}

const count = debounced(() => look.count(paper.picture.histogram(), paper.table), REST_MS);
const say = debounced((text) => (find("[data-said]").textContent = text), SAID_MS);
const keepAddress = debounced(() => history.replaceState(null, "", address()), ADDRESS_MS);

function address() {
  const { view: shown, ...state } = store.get();
  const depth = actions.isWhole ? null : written.plain(depths.at(middleRow(shown, size)));
  const query = writeAddress({ ...state, depth, zoom: shown.zoom }, scan);
  return `${location.pathname}${query ? `?${query}` : ""}`;
}

/** After each frame. */
function follow({ isPictureNew, isColourNew }) {
  const state = store.get();
  if (isPictureNew) {
    if (pointer) actions.point(pointer);
    navigation.show(state.view, size);
    count();
    root.dataset.isSharp = paper.picture.isSharp ? "yes" : "no";
  }
  if (isColourNew) {
    look.draw(paper.table);
    trace.mark(state);
  }
  crosshair.show(store.get().cursor, paper.picture, size, paper.table);
}

store.subscribe((state, before) => {
  const isNew = (...names) => names.some((name) => state[name] !== before[name]);
  paper.touch(...(isNew("view") ? ["view"] : []), ...(isNew("colormap", "vmin", "vmax") ? ["colours"] : []));
  if (isNew("colormap", "vmin", "vmax")) look.show(state);
  if (isNew("range", "colormap", "vmin", "vmax")) rangePanel.show(state.range, state);
  if (isNew("view", "colormap", "vmin", "vmax")) keepAddress();
});

for (const name of ["wheel", "pointerdown", "keydown"]) view.addEventListener(name, () => messages.note(""), { passive: true });

/** Goes to the nearest row, and says so where that is another depth. */
async function goToDepth(depth, zoom) {
  if (depth === null || !Number.isFinite(depth)) return messages.note("Write a depth as a number, such as 1200.5.");
  try {
    const nearest = await depths.nearest(depth);
    actions.goTo(nearest.row, zoom);
    const isThere = Math.abs(nearest.depth - depth) <= usualStep;
    const instead = `There is no row at ${written.plain(depth)} ${scan.unit}; this is ${written.withUnit(nearest.depth)}, the nearest.`;
    messages.note(isThere ? "" : instead);
    say(`Now at ${written.withUnit(nearest.depth)}`);
  } catch (error) {
    if (error.name !== "HttpError") throw error;
    // The trouble is shown, and the row is near where the levels that are here have it.
    actions.goTo(Math.min(depths.rowFrom(depth), scan.rowCount - 1), zoom);
  }
}

function readAloud() {
  const read = crosshair.show(store.get().cursor, paper.picture, size, paper.table);
  if (read) say(crosshair.sentence(read));
}

listenGestures(view, {
  onZoom: (factor, { y }) => actions.zoomBy(factor, y),
  onScroll: (dx, dy) => actions.scroll({ lines: dy }),
  onPan: (dx, dy) => actions.scroll({ lines: -dy }),
  onTap: (point) => actions.point(point),
  onDouble: ({ y }) => actions.zoomIn(y),
  onHover: (point) => {
    pointer = point;
    if (point) actions.point(point);
  },
  onPress: (point, isTouch, isShift) => {
    pointer = null;
    return isShift ? pickFrom(point) : null;
  },
});

/** A band from where Shift and the pointer went down. */
function pickFrom({ y }) {
  const { range } = store.get();
  return {
    move: (point) => store.set({ range: actions.rangeBetween(y, point.y) }),
    end: () => {},
    cancel: () => store.set({ range }),
  };
}

function markRange(name) {
  if (store.get().cursor) actions.markRange(name);
  else messages.note("Point at a row first, or press Shift and an arrow key.");
}

const KEYS = {
  scroll: (action) => actions.scroll(action),
  step: (action) => {
    pointer = null;
    actions.step(action);
    requestAnimationFrame(() => requestAnimationFrame(readAloud));
  },
  zoomIn: () => actions.zoomIn(),
  zoomOut: () => actions.zoomOut(),
  fit: () => actions.fit(),
  rowAPixel: () => actions.rowAPixel(),
  goTo: () => navigation.focusDepth(),
  rangeFrom: () => markRange("from"),
  rangeTo: () => markRange("to"),
  clear: () => store.set({ range: null }),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
  if (document.querySelector("dialog[open], details[data-menu][open]")) return;
  const isOnPage = event.target === document.body || event.target.id === "main";
  const action = actionOf(event, { isOnStrip: event.target === view, isOnPage });
  if (!action) return;
  // Where the strip cannot scroll on, the page does.
  if (KEYS[action.name](action) !== false) event.preventDefault();
});

document.querySelector("[data-copy-link]").addEventListener("click", async (event) => {
  const button = event.currentTarget;
  history.replaceState(null, "", address());
  try {
    await copyText(location.href);
    button.textContent = "Link copied";
    say("Link copied");
  } catch {
    messages.note("The browser did not copy the link. It is in the address bar too.");
  }
  setTimeout(() => (button.textContent = "Copy link"), 2000);
});

function measure() {
  const { clientWidth: width, clientHeight: height } = view;
  if (!width || !height) return;
  size = { width, height, ratio: window.devicePixelRatio || 1, rowCount: scan.rowCount };
  actions.resize(size);
  paper.resize(size);
}

async function start() {
  measure();
  look.show(store.get());
  rangePanel.show(null, store.get());
  if (asked.depth !== null) await goToDepth(asked.depth, asked.zoom ?? 1);
  if (asked.notes.length) messages.note(asked.notes.join(" "));
  new ResizeObserver(measure).observe(view);
  window.addEventListener("resize", measure); // another screen may have other pixels
  await depths.home().catch(() => null);
  root.dataset.isReady = "yes";
}

start();
