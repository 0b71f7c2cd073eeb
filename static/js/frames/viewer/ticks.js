/** Where a depth axis is marked. Pure. */
import { depthText } from "./numbers.js";

const SPACING_PX = 64;
const LEAST_PX = 28;
const NICE = [1, 2, 5, 10];
/** A leap in depth of more usual steps than this has left rows out. */
export const GAP_STEPS = 1.5;
const GAP_SHARE = 0.02;
const HAIR = 1e-6;
const MARKS_AT_MOST = 200;

/** The smallest 1, 2 or 5 · 10^k that is at least `least` (above 0). */
export function niceStep(least) {
  const scale = 10 ** Math.floor(Math.log10(least) + HAIR);
  return NICE.map((nice) => nice * scale).find((step) => step >= least * (1 - HAIR));
}

/**
 * Ticks `{y, label}` of the rows that are shown: at multiples of a nice step, each where its depth is; in a gap is none.
 * `yOf(row)` says where a row's upper edge is.
 */
export function depthTicks({ first, end }, depths, { step, zoom, yOf }) {
  const last = depths.at(end - 1);
  const apart = niceStep(SPACING_PX * (step || (last - depths.at(first)) / Math.max(1, end - 1 - first) || 1) / zoom);
  const decimals = Math.max(0, -Math.floor(Math.log10(apart) + HAIR));
  const ticks = [];
  let multiple = Math.ceil(depths.at(first) / apart - HAIR);
  while (multiple * apart <= last + apart * HAIR) {
    const row = depths.rowFrom(multiple * apart - apart * HAIR);
    if (row >= end) break;
    const beyond = Math.ceil(depths.at(row) / apart - HAIR);
    if (beyond > multiple && isGap(depths, row, step)) {
      multiple = beyond; // those between lie in a gap
      continue;
    }
    ticks.push({ y: yOf(placeOf(depths, row, multiple * apart)), label: depthText(multiple * apart, decimals) });
    // Where rows are far apart in depth, multiples would crowd.
    const next = Math.min(Math.floor(row + LEAST_PX / zoom), end - 1);
    multiple = Math.max(multiple + 1, Math.ceil(depths.at(next) / apart - HAIR));
  }
  if (!ticks.length) ticks.push({ y: yOf(first + 0.5), label: String(depths.at(first)).replace("-", "−") });
  return ticks;
}

/** The middle of the row at a depth; between two rows, between their middles. */
function placeOf(depths, row, depth) {
  if (row === 0) return 0.5;
  const [before, at] = [depths.at(row - 1), depths.at(row)];
  return row + 0.5 - (at > before ? Math.min(1, Math.max(0, (at - depth) / (at - before))) : 0);
}

function isGap(depths, row, step) {
  return Boolean(step) && row > 0 && depths.at(row) - depths.at(row - 1) > GAP_STEPS * step;
}

/**
 * Where depth leaps by more than 1.5 times the usual step: `{row, size}`, the first row behind each gap, and how much is
 * missing. Looks at every `factor`th row; what is small against so many rows cannot be seen there and is left out.
 */
export function gapsIn({ first, end }, depths, { step, factor }) {
  if (!step) return [];
  const gaps = [];
  const least = factor * step + Math.max((GAP_STEPS - 1) * step, GAP_SHARE * factor * step);
  const start = Math.floor(first / factor) * factor;
  let before = depths.at(start);
  for (let row = start + factor; row < end && gaps.length < MARKS_AT_MOST; row += factor) {
    const at = depths.at(row);
    if (at - before > least) gaps.push({ row, size: at - before - (factor - 1) * step });
    before = at;
  }
  return gaps;
}
