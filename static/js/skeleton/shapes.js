/** The elements a skeleton is made of. Marks are drawn in screen pixels: the style sheet scales them by `--unit`. */

const SVG = "http://www.w3.org/2000/svg";
const LARGE = 5;
const SMALL = 4;
const DOUBT = 10;

/** An SVG element with attributes and children. */
export function svgElement(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A group that keeps its size on the screen, put at a place by `moveMark`. */
export function mark(attributes, ...children) {
  return svgElement("g", attributes, svgElement("g", { class: "mark" }, ...children));
}

/** Puts a mark at a place in pixels of the photo. */
export function moveMark(element, x, y) {
  element.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
}

/** A point: round for left, square for right, a diamond for an extra landmark; three layers, so that it stands out from any photo. */
export function pointMark({ side, index, name, isSmall, isExtra }) {
  const radius = isSmall ? SMALL : LARGE;
  const layers = ["edge-dark", "edge-light", "core"].map((layer) => shape(isExtra ? "extra" : side, radius, layer));
  return mark({ class: `point ${side}`, "data-index": index, "data-name": name }, ...layers);
}

function shape(side, radius, layer) {
  if (side === "extra") return svgElement("path", { class: layer, d: `M0 ${-radius}L${radius} 0L0 ${radius}L${-radius} 0Z` });
  if (side !== "right") return svgElement("circle", { class: layer, r: radius });
  const half = radius - 0.5;
  return svgElement("rect", { class: layer, x: -half, y: -half, width: 2 * half, height: 2 * half });
}

/** Puts a ring around a point that is in doubt, and takes it away. */
export function markDoubt(point, isDoubted) {
  if (point.hasAttribute("data-doubt") === isDoubted) return;
  point.toggleAttribute("data-doubt", isDoubted);
  const [layers] = point.children;
  if (isDoubted) layers.prepend(...["doubt-edge", "doubt"].map((layer) => svgElement("circle", { class: layer, r: DOUBT })));
  else for (const ring of layers.querySelectorAll(".doubt, .doubt-edge")) ring.remove();
}

/** A bone's three lines. */
export function boneLines({ side, start, end }) {
  const layers = ["edge-dark", "edge-light", "core"].map((layer) => svgElement("line", { class: layer }));
  return svgElement("g", { class: `bone ${side}`, "data-from": start, "data-to": end }, ...layers);
}

/** Puts a bone between two places in pixels of the photo. */
export function moveBone(element, start, end) {
  for (const line of element.children) {
    line.setAttribute("x1", start.x.toFixed(2));
    line.setAttribute("y1", start.y.toFixed(2));
    line.setAttribute("x2", end.x.toFixed(2));
    line.setAttribute("y2", end.y.toFixed(2));
  }
}

/** How far off a point may be: a circle in pixels of the photo. */
export function uncertaintyCircle() {
  return svgElement("g", { class: "uncertainty" }, ...["edge-dark", "edge-light"].map((layer) => svgElement("circle", { class: layer })));
}

/** Puts such a circle at a place, with its radius. */
export function moveCircle(element, { x, y }, radius) {
  for (const circle of element.children) {
    circle.setAttribute("cx", x.toFixed(2));
    circle.setAttribute("cy", y.toFixed(2));
    circle.setAttribute("r", radius.toFixed(2));
  }
}

/** The ring around the selected or hovered point. */
export function ringMark(kind) {
  return mark(
    { class: `ring ${kind}` },
    svgElement("circle", { class: "edge-dark", r: 11 }),
    svgElement("circle", { class: "edge-light", r: 11 }),
  );
}

/** A person's number. */
export function badgeMark(number) {
  const text = svgElement("text", { "text-anchor": "middle", dy: "0.35em" });
  text.textContent = number;
  return mark({ class: "person-badge" }, svgElement("circle", { r: 11 }), text);
}

/** A name on a leader line, which begins `gap` from the point; `box` is in screen pixels from the point. */
export function labelMark(name, box, gap) {
  const isLeft = box.x + box.width / 2 < 0;
  const end = { x: isLeft ? box.x + box.width : box.x, y: box.y + box.height / 2 };
  const length = Math.hypot(end.x, end.y) || 1;
  const line = { x1: (end.x * gap) / length, y1: (end.y * gap) / length, x2: end.x, y2: end.y };
  const text = svgElement("text", { ...end, dy: "0.35em", dx: isLeft ? -2 : 2, "text-anchor": isLeft ? "end" : "start" });
  text.textContent = name;
  return mark(
    { class: "point-label" },
    svgElement("line", { class: "edge-dark", ...line }),
    svgElement("line", { class: "edge-light", ...line }),
    text,
  );
}
