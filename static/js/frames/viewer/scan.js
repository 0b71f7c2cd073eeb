/** What the page knows of its scan: the levels of its pyramid, and its colour maps. Pure. */
import { fromBase64, packed } from "./colours.js";

/**
 * Reads the page's description. A level has a row for `levelFactor` of the level below; row n of a level is in its tile
 * n / `blockRows`. `homeLevel` is the finest that fits into two tiles: always there, for the overview and as a start.
 */
export function readScan(config) {
  const { rowCount, blockRows, levelFactor } = config;
  const levels = Array.from({ length: config.levels }, (_, level) => {
    const factor = levelFactor ** level;
    const count = Math.ceil(rowCount / factor);
    return { factor, count, tileCount: Math.ceil(count / blockRows) };
  });
  const home = levels.findIndex(({ tileCount }) => tileCount <= 2);
  return {
    ...config,
    levels,
    homeLevel: home < 0 ? levels.length - 1 : home,
    colormaps: new Map(config.colormaps.map(({ name, table }) => [name, packed(fromBase64(table))])),
  };
}

/** The columns of the file that a column of the strip is drawn from, in part at either end: the first and the last, from 1. */
export function columnsOf({ width, thinWidth }, column) {
  return { first: Math.floor((column * width) / thinWidth) + 1, last: Math.ceil(((column + 1) * width) / thinWidth) };
}

/** The level of which one to four rows fall on a line that takes `rowsPerLine` rows of the scan. */
export function levelFor(scan, rowsPerLine) {
  let level = 0;
  while (level + 1 < scan.levels.length && rowsPerLine >= scan.levels[level + 1].factor * (1 - 1e-6)) level += 1;
  return level;
}
