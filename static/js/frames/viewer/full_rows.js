/** Rows at their full width, as they were imported: from the API, the last ones kept. */
import { bytes } from "../../lib/http.js";

const KEPT = 64;

export class FullRows {
  #scan;
  #kept = new Map();

  constructor(scan) {
    this.#scan = scan;
  }

  /** The greys of the row at a depth, if they are here. */
  peek(depth) {
    return this.#kept.get(depth) ?? null;
  }

  /** The same, asked for. Throws HttpError, or an AbortError where `signal` ended it. */
  async load(depth, signal) {
    const query = new URLSearchParams({ scan: this.#scan.scan, depth_min: depth, depth_max: depth, format: "csv" });
    const text = new TextDecoder().decode(await bytes(`${this.#scan.framesUrl}?${query}`, { signal }));
    const row = text.split("\n")[1];
    if (!row) return null;
    const grey = Uint8Array.from(row.split(",").slice(1), Number);
    this.#kept.set(depth, grey);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
    return grey;
  }
}
