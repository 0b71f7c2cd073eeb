/** Tiles of the scan: a bounded number is kept, few are asked for at once, and what failed is tried again. */
import { bytes } from "../../lib/http.js";

const KEPT = 200;
const AT_ONCE = 6;
const PATIENCE_MS = 400;
const RETRY_MS = 2_000;
const RETRY_AT_MOST_MS = 30_000;
const DEPTH_BYTES = 8;
const PLACES = 2 ** 24;

/** `{depths, grey, count}` from a tile's bytes. */
function readTile(buffer, width) {
  const count = buffer.byteLength / (DEPTH_BYTES + width);
  if (!Number.isInteger(count) || !count) throw new Error("A tile has a strange length.");
  return { depths: new Float64Array(buffer, 0, count), grey: new Uint8Array(buffer, DEPTH_BYTES * count), count };
}

/** Whether asking again is for nothing: the scan has changed, or the session has ended. */
export const isFinal = ({ status }) => status >= 400 && status < 500 && status !== 429;

const keyOf = (level, position) => level * PLACES + position;

/** `onLoaded(level)` is called when a tile has come or failed, `onTrouble(error or null)` when one failed, or none does any more. */
export class Tiles {
  #scan;
  #onLoaded;
  #onTrouble;
  #loaded = new Map();
  #home = new Map();
  #running = new Map();
  #failed = new Map();
  #awaited = new Map();
  #wanted = [];

  constructor(scan, { onLoaded, onTrouble }) {
    this.#scan = scan;
    this.#onLoaded = onLoaded;
    this.#onTrouble = onTrouble;
    window.addEventListener("online", () => this.retry());
  }

  /** The tile, if it is here. */
  peek(level, position) {
    const key = keyOf(level, position);
    return this.#loaded.get(key) ?? this.#home.get(key);
  }

  /** Whether the last attempt at it failed. */
  hasFailed(level, position) {
    return this.#failed.has(keyOf(level, position));
  }

  /** Says which are wanted now, `[level, position]` each, the most urgent first; the others need not come any more. */
  want(places) {
    this.#wanted = places;
    const keys = new Set(places.map(([level, position]) => keyOf(level, position)));
    for (const key of keys) {
      const tile = this.#loaded.get(key);
      if (!tile) continue;
      this.#loaded.delete(key); // and back, as the one that was used last
      this.#loaded.set(key, tile);
    }
    this.#forget((key) => !keys.has(key) && !this.#awaited.has(key));
    const now = performance.now();
    for (const [key, { controller, since }] of this.#running) {
      // An answer that is about to come costs less than asking twice.
      if (!keys.has(key) && !this.#awaited.has(key) && now - since > PATIENCE_MS) controller.abort();
    }
    this.#pump();
  }

  /** Answers the tile, however long it takes. Rejects where it fails. */
  load(level, position) {
    const tile = this.peek(level, position);
    if (tile) return Promise.resolve(tile);
    const key = keyOf(level, position);
    if (!this.#awaited.has(key)) this.#awaited.set(key, { place: [level, position], ...Promise.withResolvers() });
    const { promise } = this.#awaited.get(key);
    this.#pump();
    return promise;
  }

  /** Tries what failed again, now. */
  retry() {
    for (const failure of this.#failed.values()) failure.at = 0;
    this.#pump();
  }

  #pump() {
    const now = performance.now();
    const places = [...[...this.#awaited.values()].map(({ place }) => place), ...this.#wanted];
    for (const [level, position] of places) {
      if (this.#running.size >= AT_ONCE) break;
      const key = keyOf(level, position);
      if (this.peek(level, position) || this.#running.has(key) || this.#failed.get(key)?.at > now) continue;
      this.#ask(key, level, position);
    }
  }

  async #ask(key, level, position) {
    const controller = new AbortController();
    this.#running.set(key, { controller, since: performance.now() });
    const url = this.#scan.tileUrl.replace("{level}", level).replace("{position}", position);
    try {
      this.#take(key, level, readTile(await bytes(url, { signal: controller.signal }), this.#scan.thinWidth));
    } catch (error) {
      if (error.name !== "AbortError") this.#note(key, level, error);
    }
    this.#running.delete(key);
    this.#pump();
  }

  #take(key, level, tile) {
    (level === this.#scan.homeLevel ? this.#home : this.#loaded).set(key, tile);
    if (this.#loaded.size > KEPT) this.#loaded.delete(this.#loaded.keys().next().value);
    this.#awaited.get(key)?.resolve(tile);
    this.#awaited.delete(key);
    this.#forget((one) => one === key);
    this.#onLoaded(level);
  }

  #forget(isOver) {
    const before = this.#failed.size;
    for (const key of [...this.#failed.keys()].filter(isOver)) this.#failed.delete(key);
    if (before && !this.#failed.size) this.#onTrouble(null);
  }

  #note(key, level, error) {
    const wait = isFinal(error) ? Infinity : Math.min((this.#failed.get(key)?.wait ?? RETRY_MS / 2) * 2, RETRY_AT_MOST_MS);
    this.#failed.set(key, { wait, at: performance.now() + wait });
    this.#awaited.get(key)?.reject(error);
    this.#awaited.delete(key);
    this.#onTrouble(error);
    this.#onLoaded(level);
    if (wait < Infinity) setTimeout(() => this.#pump(), wait + 1);
  }
}
