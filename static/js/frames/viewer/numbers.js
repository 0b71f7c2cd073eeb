/** Numbers as the page writes them. Pure. */

const DECIMALS_AT_MOST = 6;

function decimalsOf(number) {
  return (stored(number).toString().split(".")[1] ?? "").length;
}

/** A depth with as many decimals as depths are stored with. */
export function stored(depth) {
  return Number(depth.toFixed(DECIMALS_AT_MOST));
}

/** A depth with so many decimals and a real minus, to be read. */
export function depthText(depth, decimals) {
  return depth.toFixed(decimals).replace("-", "−");
}

/**
 * How to write this scan's depths: `fixed` always with as many decimals, for those between rows too; `exact` with all that
 * a row's has, `withUnit` so too; `plain` as short as can be, as fields and addresses take it. `usual` rounds as `fixed` does.
 */
export function depthWriter({ depthMin, depthMax, step, unit }) {
  const decimals = Math.max(...[depthMin, depthMax, step ?? 0].map(decimalsOf));
  const fixed = (depth) => depthText(depth, decimals);
  // Where steps are irregular, a row may have more decimals than the ends.
  const exact = (depth) => depthText(depth, Math.max(decimals, decimalsOf(depth)));
  const usual = (depth) => Number(depth.toFixed(decimals));
  return { unit, usual, fixed, exact, withUnit: (depth) => `${exact(depth)} ${unit}`, plain: (depth) => String(stored(depth)) };
}

/** `1,024 rows`, `1 row`. */
export function rows(count) {
  return `${count.toLocaleString("en")} ${count === 1 ? "row" : "rows"}`;
}

/** A zoom in CSS pixels a row, as words. */
export function zoomText(zoom) {
  if (zoom >= 0.95) return `${Number(zoom.toPrecision(2))} px a row`;
  const each = 1 / zoom;
  return `${(each < 10 ? Number(each.toPrecision(2)) : Math.round(each)).toLocaleString("en")} rows a px`;
}
