/**
 * The arithmetic of looking at a strip. Pure.
 *
 * A view is `{top, zoom}`: the row at the window's upper edge, whole or not, and CSS pixels a row. A size is
 * `{height, ratio, rowCount}`: the window's CSS pixels, device pixels for each, and the rows that there are.
 */

const LARGEST = 16;
const HAIR = 1e-6;

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** The zoom at which the whole scan fills the window, or as large as rows get. */
export function fitZoom({ height, rowCount }) {
  return Math.min(LARGEST, height / rowCount);
}

/** The last row that can be at the window's upper edge. */
export function lastTop({ zoom }, { height, rowCount }) {
  return Math.max(0, rowCount - height / zoom);
}

/** The view within its limits, on a whole device pixel: a row then looks the same wherever it is scrolled to. */
export function kept({ top, zoom }, size) {
  const within = clamp(zoom, fitZoom(size), LARGEST);
  const pixels = within * size.ratio;
  return { top: Math.round(clamp(top, 0, lastTop({ zoom: within }, size)) * pixels) / pixels, zoom: within };
}

/** Zoomed to `zoom`; what is at `y` stays there. */
export function zoomedTo(view, zoom, y, size) {
  const within = clamp(zoom, fitZoom(size), LARGEST);
  return kept({ top: view.top + y / view.zoom - y / within, zoom: within }, size);
}

/** Moved down the scan by CSS pixels. */
export function scrolled(view, dy, size) {
  return kept({ top: view.top + dy / view.zoom, zoom: view.zoom }, size);
}

/** With the middle of a row in the middle of the window. */
export function centredAt(view, row, size) {
  return kept({ top: row + 0.5 - size.height / view.zoom / 2, zoom: view.zoom }, size);
}

/** The row in the middle of what is shown; of two that are, the upper: what `centredAt` puts there stays it when rounded. */
export function middleRow(view, size) {
  const shown = Math.min(size.height / view.zoom, size.rowCount - view.top);
  return clamp(Math.ceil(view.top + shown / 2 - HAIR) - 1, 0, size.rowCount - 1);
}

/** The rows that are shown: the first, and the one behind the last. */
export function shownRows(view, { height, rowCount }) {
  const first = Math.floor(view.top + HAIR);
  return { first, end: clamp(Math.ceil(view.top + height / view.zoom - HAIR), first + 1, rowCount) };
}

/**
 * How rows lie on lines of device pixels. Enlarged, a row is a line; else a device pixel is one, and line n has the rows
 * from n · rowsPerLine on, wherever the strip is scrolled to.
 */
export function linesOf(view, size) {
  const pixels = view.zoom * size.ratio;
  const rowsPerLine = Math.max(1, 1 / pixels);
  const first = Math.floor(view.top / rowsPerLine + HAIR);
  const lineHeight = Math.max(1, pixels);
  const offset = Math.round((first - view.top / rowsPerLine) * lineHeight);
  const end = Math.min(
    Math.ceil(first + (size.height * size.ratio - offset) / lineHeight - HAIR),
    Math.ceil(size.rowCount / rowsPerLine - HAIR),
  );
  return { rowsPerLine, lineHeight, offset, first, count: Math.max(0, end - first) };
}
