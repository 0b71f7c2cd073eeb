/** The shown part of the scan as greys, line by line, from the finest tiles that are here. */
import { levelFor } from "./scan.js";
import { linesOf } from "./view.js";

const HAIR = 1e-6;

/** `lines` is as in view.js; `grey` (count, thinWidth) is what is drawn. */
export class Picture {
  lines = { rowsPerLine: 1, lineHeight: 1, offset: 0, first: 0, count: 0 };
  grey = new Uint8Array(0);
  pixels = new Uint32Array(0);
  isSharp = false;
  #scan;
  #tiles;
  #sums;
  // Of each line: the level it is from, the first row of that level, and how many; none is 0.
  #levels = new Uint8Array(0);
  #froms = new Uint32Array(0);
  #counts = new Uint32Array(0);

  constructor(scan, tiles) {
    this.#scan = scan;
    this.#tiles = tiles;
    this.#sums = new Uint32Array(scan.thinWidth);
  }

  /** Composes a view anew. Lines whose rows are not here yet are left out; `isSharp` tells whether none is coarser than meant. */
  compose(view, size, table) {
    this.lines = linesOf(view, size);
    this.#makeRoom(this.lines.count);
    const { first, count, rowsPerLine } = this.lines;
    const level = levelFor(this.#scan, rowsPerLine);
    this.isSharp = true;
    for (let line = 0; line < count; line++) {
      this.#counts[line] = 0;
      for (let at = level; at < this.#scan.levels.length && !this.#counts[line]; at++) {
        this.#composeLine(line, (first + line) * rowsPerLine, rowsPerLine, at);
      }
      this.isSharp &&= this.#counts[line] > 0 && this.#levels[line] === level;
    }
    this.colour(table);
  }

  /** Colours what is composed. */
  colour(table) {
    const width = this.#scan.thinWidth;
    for (let line = 0; line < this.lines.count; line++) {
      const [begin, end] = [line * width, (line + 1) * width];
      if (!this.#counts[line]) this.pixels.fill(0, begin, end);
      else for (let i = begin; i < end; i++) this.pixels[i] = table[this.grey[i]];
    }
  }

  /** The line that shows a row, or -1. */
  lineOf(row) {
    const line = Math.floor(row / this.lines.rowsPerLine + HAIR) - this.lines.first;
    return line >= 0 && line < this.lines.count ? line : -1;
  }

  /** The line that the device pixel at a place from the upper edge is drawn from; the nearest where there is none. */
  lineAt(y) {
    const { offset, lineHeight, count } = this.lines;
    return Math.min(Math.max(Math.floor((Math.floor(y) + 0.5 - offset) / lineHeight), 0), count - 1);
  }

  /** What a line shows: the first `row`, the mean of how many, its greys and its `level`; null where nothing is here. */
  shownAt(line) {
    if (line < 0 || line >= this.lines.count || !this.#counts[line]) return null;
    const width = this.#scan.thinWidth;
    const level = this.#levels[line];
    const { factor } = this.#scan.levels[level];
    const row = this.#froms[line] * factor;
    const meanOf = Math.min(this.#counts[line] * factor, this.#scan.rowCount - row);
    return { row, meanOf, level, grey: this.grey.subarray(line * width, (line + 1) * width) };
  }

  /** How often each grey is shown. */
  histogram() {
    const counts = new Uint32Array(256);
    const width = this.#scan.thinWidth;
    for (let line = 0; line < this.lines.count; line++) {
      if (!this.#counts[line]) continue;
      for (let i = line * width; i < (line + 1) * width; i++) counts[this.grey[i]] += 1;
    }
    return counts;
  }

  #makeRoom(count) {
    const cells = count * this.#scan.thinWidth;
    if (cells <= this.grey.length) return;
    this.grey = new Uint8Array(cells);
    this.pixels = new Uint32Array(cells);
    this.#levels = new Uint8Array(count);
    this.#froms = new Uint32Array(count);
    this.#counts = new Uint32Array(count);
  }

  #composeLine(line, row, rowsPerLine, level) {
    const { factor, count } = this.#scan.levels[level];
    const from = Math.floor(row / factor + HAIR);
    const to = Math.min(Math.max(from + 1, Math.floor((row + rowsPerLine) / factor + HAIR)), count);
    const found = to - from === 1 ? this.#copy(line, level, from) : this.#mean(line, level, from, to);
    this.#levels[line] = level;
    this.#froms[line] = from;
    this.#counts[line] = found;
  }

  #copy(line, level, row) {
    const { blockRows, thinWidth } = this.#scan;
    const tile = this.#tiles.peek(level, Math.floor(row / blockRows));
    if (!tile) return 0;
    const begin = (row % blockRows) * thinWidth;
    this.grey.set(tile.grey.subarray(begin, begin + thinWidth), line * thinWidth);
    return 1;
  }

  #mean(line, level, from, to) {
    const { blockRows, thinWidth } = this.#scan;
    const sums = this.#sums.fill(0);
    for (let row = from; row < to; row++) {
      const tile = this.#tiles.peek(level, Math.floor(row / blockRows));
      if (!tile) return 0;
      const begin = (row % blockRows) * thinWidth;
      for (let column = 0; column < thinWidth; column++) sums[column] += tile.grey[begin + column];
    }
    const count = to - from;
    const half = count >> 1;
    const begin = line * thinWidth;
    for (let column = 0; column < thinWidth; column++) this.grey[begin + column] = (sums[column] + half) / count;
    return count;
  }
}
