/**
 * Draws people's skeletons into an SVG whose view box is the photo in pixels.
 *
 * Knows no page: it is given the landmark constants, the people (keypoints with a `state`) and what to show, and keeps its
 * elements in step. The look is in css/skeleton.css.
 */
import { placeLabels } from "./skeleton/labels.js";
import { badgeMark, boneLines, labelMark, moveBone, moveMark, pointMark, ringMark, svgElement } from "./skeleton/shapes.js";
import { DEFAULT_VIEW, boneSide, boneState, isInView, isPicked, isSamePoint, nearestPoint } from "./skeleton/shown.js";

const TINTS = 10;
const BADGE_GAP = 26;
const BADGE_MARGIN = 12;
const POINT_GAP = 5;
const RING_GAP = 13;
const NOTHING = Object.freeze({ view: DEFAULT_VIEW, picked: null, selected: null, hovered: null, isHidden: false });

/** Hands, feet and face lie close together. */
function smallPoints(landmarks) {
  return new Set(landmarks.names.flatMap((name, index) => (/pinky|index|thumb|heel|eye|ear|mouth|nose/.test(name) ? [index] : [])));
}

/** The skeletons of one photo. */
export class Skeleton {
  #svg;
  #landmarks;
  #size;
  #face;
  #small;
  #unit = 1;
  #people = [];
  #groups = new Map();
  #shown = NOTHING;
  #bodies = svgElement("g", { class: "people" });
  #marks = svgElement("g", { class: "marks" });

  constructor(svg, landmarks, size) {
    this.#svg = svg;
    this.#landmarks = landmarks;
    this.#size = size;
    this.#face = new Set(landmarks.regions.face);
    this.#small = smallPoints(landmarks);
    svg.replaceChildren(this.#bodies, this.#marks);
  }

  /** Draws these people in place of those before. */
  setPeople(people) {
    this.#people = people;
    this.#groups = new Map(people.map((person) => [person.person, this.#personGroup(person)]));
    this.#bodies.replaceChildren(...[...this.#groups.values()].map((group) => group.element));
    this.redraw();
  }

  /** Pixels of the photo for one of the screen: everything keeps its size on the screen. */
  setUnit(unit) {
    this.#unit = unit;
    this.#svg.style.setProperty("--unit", unit);
    this.#drawMarks();
    for (const person of this.#people) this.#placeBadge(person);
  }

  /** What to show of it: `view`, `picked` (null: everyone), `selected` and `hovered` (`{person, index}` or null), `isHidden`. */
  show(shown) {
    this.#shown = { ...this.#shown, ...shown };
    this.redraw();
  }

  /** Brings the elements in step with the people's keypoints, which may have moved. */
  redraw() {
    const { isHidden, picked } = this.#shown;
    this.#bodies.toggleAttribute("data-off", isHidden);
    for (const person of this.#people) {
      const isOff = !isPicked(person, picked);
      this.#groups.get(person.person).element.toggleAttribute("data-off", isOff);
      if (!isOff) this.#drawPerson(person);
    }
    this.#drawMarks();
  }

  /** The point in view nearest to a place in pixels of the photo, within `reach` pixels of the screen, or null. */
  nearest(x, y, reach) {
    const { view, picked, isHidden } = this.#shown;
    if (isHidden) return null;
    return nearestPoint(this.#people, { x, y, reach: reach * this.#unit, size: this.#size, view, picked, face: this.#face });
  }

  #personGroup(person) {
    const { names, sides, connections } = this.#landmarks;
    const bones = connections.map(([start, end]) => boneLines({ side: boneSide(this.#landmarks, start, end), start, end }));
    const points = names.map((name, index) =>
      pointMark({ side: sides[index], index, name, isSmall: this.#small.has(index) }),
    );
    const badge = this.#people.length > 1 ? [badgeMark(person.person + 1)] : [];
    const tint = this.#people.length > 1 ? person.person % TINTS : 0;
    const attributes = { class: "person", "data-person": person.person, "data-tint": tint };
    const element = svgElement("g", attributes, svgElement("g", {}, ...bones), svgElement("g", {}, ...points), ...badge);
    return { element, bones, points, badge: badge[0] };
  }

  #drawPerson(person) {
    const { view } = this.#shown;
    const { bones, points } = this.#groups.get(person.person);
    const isIn = person.keypoints.map((keypoint, index) => isInView(keypoint, index, view, this.#face));
    this.#landmarks.connections.forEach(([start, end], number) => {
      const bone = bones[number];
      const isOn = view.skeleton && isIn[start] && isIn[end];
      bone.toggleAttribute("data-off", !isOn);
      if (!isOn) return;
      bone.dataset.state = boneState(person.keypoints[start], person.keypoints[end]);
      moveBone(bone, this.#place(person, start), this.#place(person, end));
    });
    points.forEach((point, index) => {
      const isOn = view.points && isIn[index];
      point.toggleAttribute("data-off", !isOn);
      point.dataset.state = person.keypoints[index].state;
      const { x, y } = this.#place(person, index);
      moveMark(point, x, y);
    });
    this.#placeBadge(person);
  }

  #place(person, index) {
    const { x, y } = person.keypoints[index];
    return { x: x * this.#size.width, y: y * this.#size.height };
  }

  /** Above the person's head, inside the photo. */
  #placeBadge(person) {
    const { badge } = this.#groups.get(person.person);
    if (!badge) return;
    const drawn = person.keypoints.flatMap((keypoint, index) => (keypoint.state === "absent" ? [] : [this.#place(person, index)]));
    badge.toggleAttribute("data-off", !drawn.length);
    if (!drawn.length) return;
    const top = drawn.reduce((highest, place) => (place.y < highest.y ? place : highest));
    const margin = BADGE_MARGIN * this.#unit;
    const x = Math.min(Math.max(top.x, margin), this.#size.width - margin);
    moveMark(badge, x, Math.max(top.y - BADGE_GAP * this.#unit, margin));
  }

  /** Rings and names, above everybody. */
  #drawMarks() {
    const { selected, hovered, isHidden } = this.#shown;
    const rings = [];
    for (const [kind, point] of [["hovered", hovered], ["selected", selected]]) {
      const place = point && this.#placeOf(point);
      if (!place || isHidden) continue;
      const ring = ringMark(kind);
      moveMark(ring, place.x, place.y);
      rings.push(ring);
    }
    this.#marks.replaceChildren(...rings, ...(isHidden ? [] : this.#labels()));
  }

  /** Where a named point is drawn; null where it is absent or its person not picked. */
  #placeOf({ person: number, index }) {
    const person = this.#people.find((one) => one.person === number);
    if (!person || person.keypoints[index].state === "absent" || !isPicked(person, this.#shown.picked)) return null;
    return this.#place(person, index);
  }

  #labels() {
    return this.#people
      .filter((person) => isPicked(person, this.#shown.picked))
      .flatMap((person) => this.#personLabels(person));
  }

  #personLabels(person) {
    const indexes = this.#labelledPoints(person);
    if (!indexes.length) return [];
    const inPixels = (index) => {
      const { x, y } = this.#place(person, index);
      return { x: x / this.#unit, y: y / this.#unit };
    };
    const drawn = person.keypoints.flatMap((keypoint, index) => (keypoint.state === "absent" ? [] : [inPixels(index)]));
    const anchors = indexes.map((index) => ({
      ...inPixels(index),
      text: this.#landmarks.words[index],
      isRinged: this.#isMarked(person, index),
    }));
    const centre = {
      x: drawn.reduce((sum, { x }) => sum + x, 0) / drawn.length,
      y: drawn.reduce((sum, { y }) => sum + y, 0) / drawn.length,
    };
    const bounds = { width: this.#size.width / this.#unit, height: this.#size.height / this.#unit };
    const boxes = placeLabels(anchors, { centre, bounds, obstacles: drawn });
    return indexes.map((index, number) => {
      const label = labelMark(anchors[number].text, boxes[number], anchors[number].isRinged ? RING_GAP : POINT_GAP);
      const { x, y } = this.#place(person, index);
      moveMark(label, x, y);
      label.dataset.index = index;
      return label;
    });
  }

  #isMarked({ person }, index) {
    const point = { person, index };
    return isSamePoint(point, this.#shown.selected) || isSamePoint(point, this.#shown.hovered);
  }

  #labelledPoints(person) {
    const { view, selected } = this.#shown;
    return person.keypoints.flatMap((keypoint, index) => {
      if (keypoint.state === "absent") return [];
      const isSelected = isSamePoint({ person: person.person, index }, selected);
      const isAsked = isSelected || (view.labels !== "off" && this.#isMarked(person, index));
      return isAsked || (view.labels === "all" && isInView(keypoint, index, view, this.#face)) ? [index] : [];
    });
  }
}
