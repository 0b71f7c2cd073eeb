/** The small turning skeleton: drags, arrow keys and four fixed views. Illustrative, so nothing is measured in it. */
import { svgElement } from "../skeleton/shapes.js";
import { boneSide, boneState } from "../skeleton/shown.js";
import { extent, fixedView, floorLines, frontYaw, project } from "./space.js";

const SCALE = 104;
const DRAG = 0.01;
const KEY = Math.PI / 24;
const STEEPEST = 1.4;
const TURNS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const TITLES = {
  photo: "Seen as in the photo",
  front: "Seen from the front",
  back: "Seen from the back",
  left: "Seen from the person's left",
  right: "Seen from the person's right",
};

function opacity(depth) {
  return String(Math.min(1, Math.max(0.4, 0.72 - depth * 0.35)).toFixed(2));
}

/** `announce` tells in words what a button or key did. */
export class SpaceView {
  #svg;
  #buttons;
  #landmarks;
  #announce;
  #person = null;
  #selected = null;
  #view = fixedView("photo", 0);

  constructor(section, landmarks, announce) {
    this.#svg = section.querySelector("[data-space-view]");
    this.#buttons = [...section.querySelectorAll("[data-view]")];
    this.#landmarks = landmarks;
    this.#announce = announce;
    for (const button of this.#buttons) button.addEventListener("click", () => this.#choose(button.dataset.view));
    this.#svg.addEventListener("keydown", (event) => this.#onKey(event));
    this.#svg.addEventListener("pointerdown", (event) => this.#svg.setPointerCapture(event.pointerId));
    this.#svg.addEventListener("pointermove", (event) => this.#onDrag(event));
    this.#mark("photo");
  }

  /** Shows this person; `selected` is the index of a ringed point or null. */
  show(person, selected) {
    this.#person = person;
    this.#selected = selected;
    this.#draw();
  }

  #choose(name) {
    this.#view = fixedView(name, frontYaw(this.#person.world, this.#landmarks));
    this.#mark(name);
    this.#draw();
    this.#announce(TITLES[name]);
  }

  #mark(name) {
    for (const button of this.#buttons) button.setAttribute("aria-pressed", String(button.dataset.view === name));
  }

  #turn(yaw, pitch) {
    const steep = Math.min(Math.max(this.#view.pitch + pitch, -STEEPEST), STEEPEST);
    this.#view = { yaw: this.#view.yaw + yaw, pitch: steep };
    this.#mark(null);
    this.#draw();
  }

  #onKey(event) {
    if (!(event.key in TURNS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [yaw, pitch] = TURNS[event.key];
    this.#turn(yaw * KEY, pitch * KEY);
  }

  #onDrag(event) {
    if (this.#svg.hasPointerCapture(event.pointerId)) this.#turn(-event.movementX * DRAG, event.movementY * DRAG);
  }

  #draw() {
    const body = extent(this.#person.world);
    const place = (point) => {
      const { x, y, depth } = project(point, this.#view, body);
      return { x: (x * SCALE).toFixed(1), y: (y * SCALE).toFixed(1), depth };
    };
    const points = this.#person.world.map(place);
    const parts = [...this.#bones(points), ...this.#points(points)].sort((a, b) => b.depth - a.depth);
    const floor = floorLines(body).map(([start, end]) => line(place(start), place(end), "floor"));
    this.#svg.replaceChildren(...floor, ...parts.map(({ element }) => element));
  }

  #bones(points) {
    const { keypoints } = this.#person;
    return this.#landmarks.connections.map(([start, end]) => {
      const element = line(points[start], points[end], `bone ${boneSide(this.#landmarks, start, end)}`);
      const depth = (points[start].depth + points[end].depth) / 2;
      element.dataset.state = boneState(keypoints[start], keypoints[end]);
      element.setAttribute("opacity", opacity(depth));
      return { element, depth };
    });
  }

  #points(points) {
    return points.map(({ x, y, depth }, index) => {
      const side = this.#landmarks.sides[index];
      const isSelected = index === this.#selected;
      const radius = isSelected ? 5 : 2.5;
      const attributes = { class: `point ${side}${isSelected ? " selected" : ""}`, opacity: isSelected ? 1 : opacity(depth) };
      const corner = { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius };
      const element = side === "right"
        ? svgElement("rect", { ...attributes, ...corner })
        : svgElement("circle", { ...attributes, cx: x, cy: y, r: radius });
      return { element, depth: depth - 0.01 };
    });
  }
}

function line(start, end, name) {
  return svgElement("line", { class: name, x1: start.x, y1: start.y, x2: end.x, y2: end.y });
}
