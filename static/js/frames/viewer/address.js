/** What a link to the viewer says. Pure. */

export const GREY_MAX = 255;

function numberIn(parameters, name) {
  const text = parameters.get(name)?.trim();
  return text && Number.isFinite(Number(text)) ? Number(text) : null;
}

/**
 * Reads a link's query: `{depth, zoom, colormap, vmin, vmax, notes}`; what is not said or cannot be is null or the
 * default, and `notes` tell of it.
 */
export function readAddress(search, scan, { written }) {
  const parameters = new URLSearchParams(search);
  const notes = [];
  const asked = numberIn(parameters, "depth");
  if (parameters.has("depth") && asked === null) notes.push("The depth in the link is no number.");
  const depth = asked === null ? null : Math.min(Math.max(asked, scan.depthMin), scan.depthMax);
  if (depth !== asked) notes.push(`The scan has no depth ${asked}; this is ${written(depth)}, the nearest.`);
  const zoom = numberIn(parameters, "zoom");
  const [initial] = scan.colormaps.keys();
  const colormap = parameters.get("colormap") ?? initial;
  const isKnown = scan.colormaps.has(colormap);
  if (!isKnown) notes.push(`There is no colour map “${colormap.slice(0, 40)}”.`);
  return { depth, zoom: zoom > 0 ? zoom : null, colormap: isKnown ? colormap : initial, ...readWindow(parameters), notes };
}

function readWindow(parameters) {
  const [vmin, vmax] = [numberIn(parameters, "vmin") ?? 0, numberIn(parameters, "vmax") ?? GREY_MAX];
  const isSound = Number.isInteger(vmin) && Number.isInteger(vmax) && vmin >= 0 && vmin < vmax && vmax <= GREY_MAX;
  return isSound ? { vmin, vmax } : { vmin: 0, vmax: GREY_MAX };
}

/** The query that opens this look; what is the default is left out. `depth` is a text, or null for the whole scan. */
export function writeAddress({ depth, zoom, colormap, vmin, vmax }, scan) {
  const [initial] = scan.colormaps.keys();
  const said = {
    ...(depth === null ? {} : { depth, zoom: Number(zoom.toPrecision(4)) }),
    ...lookParameters({ colormap: colormap === initial ? null : colormap, vmin, vmax }),
  };
  return String(new URLSearchParams(said));
}

/** Colour map and window as parameters, which the API has by the same names. */
export function lookParameters({ colormap, vmin, vmax }) {
  return {
    ...(colormap ? { colormap } : {}),
    ...(vmin > 0 ? { vmin } : {}),
    ...(vmax < GREY_MAX ? { vmax } : {}),
  };
}
