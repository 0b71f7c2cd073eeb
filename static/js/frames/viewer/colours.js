/** Tables of 256 colours, one a grey value; a colour is a number as a canvas holds it in memory. Pure. */

const GREYS = 256;
const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The bytes that a text holds. */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** RGB bytes as a table of opaque colours. */
export function packed(rgb) {
  const table = new Uint32Array(rgb.length / 3);
  for (let i = 0; i < table.length; i++) {
    const [r, g, b] = rgb.subarray(3 * i, 3 * i + 3);
    table[i] = isLittleEndian ? ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0 : ((r << 24) | (g << 16) | (b << 8) | 255) >>> 0;
  }
  return table;
}

/** A colour as CSS writes it. */
export function cssColour(colour) {
  const bytes = new Uint8Array(new Uint32Array([colour]).buffer);
  return `rgb(${bytes[0]}, ${bytes[1]}, ${bytes[2]})`;
}

/** The table with all its colours between two greys: the first up to `vmin`, the last from `vmax`, as the API does it. */
export function windowed(table, vmin, vmax) {
  const width = vmax - vmin;
  return Uint32Array.from({ length: GREYS }, (_, grey) => {
    const above = Math.min(Math.max(grey, vmin), vmax) - vmin;
    return table[Math.floor((2 * (GREYS - 1) * above + width) / (2 * width))];
  });
}

/** The greys between which all but `share` of the counted values at either end lie: `{vmin, vmax}`, at least one apart. */
export function spread(counts, share) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const at = (wanted) => {
    let sum = 0;
    return counts.findIndex((count) => (sum += count) > wanted);
  };
  if (!total) return { vmin: 0, vmax: GREYS - 1 };
  const vmin = Math.min(at(total * share), GREYS - 2);
  return { vmin, vmax: Math.max(at(total * (1 - share) - 1), vmin + 1) };
}
