/** Where names go so that they cover neither points nor each other. Pure; all in screen pixels. */

const CHARACTER = 6.4;
const PADDING = 8;
const HEIGHT = 16;
const POINT = 7;
const RING = 14;
const DISTANCES = [18, 30, 46, 66, 90, 120];
const TURNS = [0, 1, -1, 2, -2, 3, -3, 4];

function overlap(a, b) {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function outside(box, bounds) {
  return box.width * box.height - overlap(box, { x: 0, y: 0, ...bounds });
}

/** The label's box at a distance and angle from its point: it grows away from the point. */
function boxAt(anchor, angle, distance) {
  const width = anchor.text.length * CHARACTER + PADDING;
  const x = anchor.x + Math.cos(angle) * distance;
  const y = anchor.y + Math.sin(angle) * distance;
  return { x: Math.cos(angle) < 0 ? x - width : x, y: y - HEIGHT / 2, width, height: HEIGHT };
}

function bestBox(anchor, centre, taken, bounds) {
  // Names lie beside their points: the way out from the body, flattened so that a leader line is never upright.
  const outward = Math.atan2((anchor.y - centre.y) * 0.5, anchor.x - centre.x || 1);
  let best = null;
  let least = Infinity;
  for (const distance of DISTANCES.map((one) => (anchor.isRinged ? one + RING - POINT : one))) {
    for (const turn of TURNS) {
      const box = boxAt(anchor, outward + (turn * Math.PI) / 6, distance);
      const cost = taken.reduce((sum, other) => sum + overlap(box, other), outside(box, bounds) * 2);
      if (cost === 0) return box;
      if (cost < least) [best, least] = [box, cost];
    }
  }
  return best;
}

/**
 * A box for each anchor `{x, y, text, isRinged}`, relative to its point, in order; `centre` is the body's, `bounds` the picture's
 * width and height.
 */
export function placeLabels(anchors, { centre, bounds, obstacles = [] }) {
  const taken = obstacles.map(({ x, y }) => ({ x: x - POINT, y: y - POINT, width: 2 * POINT, height: 2 * POINT }));
  return anchors.map((anchor) => {
    const box = bestBox(anchor, centre, taken, bounds);
    taken.push(box);
    return { ...box, x: box.x - anchor.x, y: box.y - anchor.y };
  });
}
