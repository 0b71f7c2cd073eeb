/** Depths of rows and rows of depths, as well as the tiles that are here tell them. */

/** A row of a level stands at the depth of its first row, so every level tells some depths exactly. */
export class Depths {
  #scan;
  #tiles;

  constructor(scan, tiles) {
    this.#scan = scan;
    this.#tiles = tiles;
  }

  /** The depth of a row from 0; between the rows whose depths are here it is on the line from one to the next. */
  at(row) {
    for (let level = 0; level <= this.#scan.homeLevel; level++) {
      const { factor } = this.#scan.levels[level];
      const place = Math.floor(row / factor);
      const depth = this.#of(level, place);
      if (depth === undefined) continue;
      const rest = row - place * factor;
      if (!rest) return depth;
      const isLast = place + 1 >= this.#scan.levels[level].count;
      const rows = isLast ? this.#scan.rowCount - 1 - place * factor : factor;
      const next = isLast ? this.#scan.depthMax : this.#of(level, place + 1);
      if (next !== undefined) return rows ? depth + ((next - depth) * rest) / rows : depth;
    }
    const share = row / Math.max(1, this.#scan.rowCount - 1);
    return this.#scan.depthMin + (this.#scan.depthMax - this.#scan.depthMin) * share;
  }

  /** The first row whose depth is at least `depth`, with `isEnd` larger; the row count if there is none. */
  rowFrom(depth, { isEnd = false } = {}) {
    let [low, high] = [0, this.#scan.rowCount];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.at(middle);
      if (isEnd ? at > depth : at >= depth) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The same, exactly: asks for the tile that tells it. */
  async exactRowFrom(depth, options) {
    await this.home();
    const { rowCount, blockRows } = this.#scan;
    // The rows before and behind a tile's first are told by every level: the search cannot leave the tile it ends in.
    const near = Math.min(this.rowFrom(depth, options), rowCount - 1);
    await Promise.all([near, Math.max(0, near - 1)].map((row) => this.#tiles.load(0, Math.floor(row / blockRows))));
    return this.rowFrom(depth, options);
  }

  /** The row whose depth is nearest, exactly, and that depth. */
  async nearest(depth) {
    const after = await this.exactRowFrom(depth);
    const before = Math.max(0, after - 1);
    const last = Math.min(after, this.#scan.rowCount - 1);
    const row = Math.abs(this.at(before) - depth) < Math.abs(this.at(last) - depth) ? before : last;
    return { row, depth: this.at(row) };
  }

  /** When the level that is always there has come. */
  home() {
    const { tileCount } = this.#scan.levels[this.#scan.homeLevel];
    return Promise.all(Array.from({ length: tileCount }, (_, position) => this.#tiles.load(this.#scan.homeLevel, position)));
  }

  #of(level, place) {
    const { blockRows } = this.#scan;
    return this.#tiles.peek(level, Math.floor(place / blockRows))?.depths[place % blockRows];
  }
}
