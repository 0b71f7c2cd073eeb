/** The row and column that are looked at: marked on the strip, written under it, traced. */
import { rows } from "./numbers.js";
import { columnsOf } from "./scan.js";
import { GAP_STEPS } from "./ticks.js";

export class Crosshair {
  #root;
  #parts;
  #scan;
  #depths;
  #trace;
  #written;
  #traced = null;

  constructor(root, scan, depths, { trace, written }) {
    this.#root = root;
    this.#scan = scan;
    this.#depths = depths;
    this.#trace = trace;
    this.#written = written;
    const names = ["crossRow", "crossColumn", "traceColumn", "pill", "readDepth", "readColumn", "readGrey", "readNote", "swatch"];
    this.#parts = Object.fromEntries(names.map((name) => [name, root.querySelector(`[data-${dashed(name)}]`)]));
  }

  /** Follows the state, as the picture shows it; answers what it reads, or null. */
  show(cursor, picture, size, table) {
    const line = cursor ? picture.lineOf(cursor.row) : -1;
    const shown = picture.shownAt(line);
    this.#root.toggleAttribute("data-crosshair", Boolean(shown));
    const read = shown && this.#read(shown, cursor, picture.lines);
    // Out of sight, the row that was read stays written.
    if (!read) return null;
    this.#mark(picture.lines, line, cursor.column, size);
    this.#write(read, table);
    if (this.#traced?.depth !== read.depth || this.#traced.meanOf !== read.meanOf || this.#traced.level !== shown.level) {
      this.#traced = { depth: read.depth, meanOf: read.meanOf, level: shown.level, grey: shown.grey.slice() };
      this.#trace.show(this.#traced);
    }
    return read;
  }

  /** What was read, in a sentence. */
  sentence({ depth, column, grey, note }) {
    const { first, last } = columnsOf(this.#scan, column);
    const columns = first === last ? `column ${first}` : `columns ${first} to ${last}`;
    return `${this.#written.withUnit(depth)}, ${columns}, grey ${grey}${note ? `, ${note}` : ""}`;
  }

  #read({ row, meanOf, level, grey }, cursor, { rowsPerLine }) {
    const { row: at, column } = cursor;
    // A coarser row that stands in for what is not here yet may begin far above.
    const isStandIn = this.#scan.levels[level].factor > rowsPerLine * (1 + 1e-6);
    const depth = isStandIn ? this.#written.usual(this.#depths.at(at)) : this.#depths.at(level ? row : at);
    const notes = meanOf > 1 ? [`mean of ${rows(meanOf)}`] : [];
    const leap = at > 0 && level === 0 ? depth - this.#depths.at(at - 1) : 0;
    const isGap = this.#scan.step && leap > GAP_STEPS * this.#scan.step;
    if (isGap) notes.push(`after a gap of ${this.#written.plain(leap)} ${this.#scan.unit}`);
    return { depth, meanOf, column, grey: grey[column], note: notes.join(", ") };
  }

  #mark({ offset, lineHeight }, line, column, { width, ratio }) {
    const { crossRow, crossColumn, traceColumn, pill } = this.#parts;
    const top = (offset + line * lineHeight) / ratio;
    const across = width / this.#scan.thinWidth;
    crossRow.style.transform = `translateY(${top}px)`;
    crossRow.style.height = `${lineHeight / ratio}px`;
    for (const element of [crossColumn, traceColumn]) {
      element.style.transform = `translateX(${column * across}px)`;
      element.style.width = `${across}px`;
    }
    pill.style.transform = `translateY(calc(${top + lineHeight / ratio / 2}px - 50%))`;
  }

  #write(read, table) {
    const { pill, readDepth, readColumn, readGrey, readNote, swatch } = this.#parts;
    pill.textContent = this.#written.exact(read.depth);
    readDepth.textContent = this.#written.withUnit(read.depth);
    const { first, last } = columnsOf(this.#scan, read.column);
    readColumn.textContent = `${first === last ? first : `${first}–${last}`} of ${this.#scan.width}`;
    readGrey.textContent = read.grey;
    readNote.textContent = read.note;
    const bytes = new Uint8Array(table.buffer, 4 * read.grey, 3);
    swatch.style.backgroundColor = `rgb(${bytes.join(",")})`;
  }
}

function dashed(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
