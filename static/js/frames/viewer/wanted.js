/** Which tiles a view needs, the most urgent first. Pure. */
import { levelFor } from "./scan.js";
import { linesOf, shownRows } from "./view.js";

const COARSER = 2;

/**
 * `[level, position]` each: what is shown, a coarser level under it for what is scrolled to next, and then what lies
 * one window above and below.
 */
export function wantedTiles(scan, view, size) {
  const level = levelFor(scan, linesOf(view, size).rowsPerLine);
  const { first, end } = shownRows(view, size);
  const window = end - first;
  const coarser = Math.min(level + COARSER, scan.homeLevel);
  return [
    ...tilesOf(scan, scan.homeLevel, 0, scan.rowCount),
    ...(coarser > level ? tilesOf(scan, coarser, first, end) : []),
    ...tilesOf(scan, level, first, end),
    ...tilesOf(scan, level, end, end + window),
    ...tilesOf(scan, level, first - window, first),
    ...(coarser > level ? tilesOf(scan, coarser, first - 8 * window, end + 8 * window) : []),
  ];
}

function tilesOf(scan, level, first, end) {
  const { factor, tileCount } = scan.levels[level];
  const rows = factor * scan.blockRows;
  const from = Math.max(0, Math.floor(first / rows));
  const to = Math.min(tileCount, Math.ceil(end / rows));
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => [level, from + index]);
}
