/**
 * Draws people's skeletons into an SVG whose view box is the photo in pixels.
 *
 * Knows no page: it is given the landmark constants, the people (keypoints with a `state`) and what to show, and keeps its
 * elements in step. The look is in css/skeleton.css.
 *
 * A person may have `uncertainty` (a radius in pixels of the photo for each point, or null), and be `faint` (someone else) or
 * a `ghost` (the same person as another version has it): neither can be hovered over or selected.
 */
import { placeLabels } from "./skeleton/labels.js";
import {
  badgeMark, boneLines, labelMark, markDoubt, moveBone, moveCircle, moveMark, pointMark, ringMark, svgElement, uncertaintyCircle,
} from "./skeleton/shapes.js";
import { DEFAULT_VIEW, boneSide, boneState, isInView, isPassive, isPicked, isSamePoint, nearestPoint } from "./skeleton/shown.js";

const TINTS = 10;
const BADGE_GAP = 26;
const BADGE_MARGIN = 12;
const POINT_GAP = 5;
const RING_GAP = 13;
const PREFERENCE = 3;
const NOTHING = Object.freeze({ view: DEFAULT_VIEW, picked: null, selected: null, hovered: null, isHidden: false });

/** Hands, feet and face lie close together. */
function smallPoints(landmarks) {
  return new Set(landmarks.names.flatMap((name, index) => (/pinky|index|thumb|heel|eye|ear|mouth|nose/.test(name) ? [index] : [])));
}

/** For each point the numbers of the bones that end at it. */
function bonesAt({ names, connections }) {
  return names.map((_, index) => connections.flatMap((bone, number) => (bone.includes(index) ? [number] : [])));
}

/** The skeletons of one photo. */
export class Skeleton {
  #svg;
  #landmarks;
  #size;
  #face;
  #small;
  #bonesAt;
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
    this.#bonesAt = bonesAt(landmarks);
    svg.replaceChildren(this.#bodies, this.#marks);
  }

  /** Draws these people in place of those before. */
  setPeople(people) {
    this.#people = people;
    this.#groups = new Map(people.map((person) => [person, this.#personGroup(person)]));
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
    const { isHidden, picked, view } = this.#shown;
    this.#bodies.toggleAttribute("data-off", isHidden);
    for (const person of this.#people) {
      const isOff = !isPicked(person, picked) || Boolean(person.ghost && !view.ghost);
      this.#groups.get(person).element.toggleAttribute("data-off", isOff);
      if (!isOff) this.#drawPerson(person);
    }
    this.#drawMarks();
  }

  /** Brings one point in step and nothing else: its bones, circle, ring and name follow it. */
  movePoint({ person: number, index }) {
    const person = this.#active(number);
    const group = this.#groups.get(person);
    this.#drawPoint(person, group, index);
    for (const bone of this.#bonesAt[index]) this.#drawBone(person, group, bone);
    const { x, y } = this.#place(person, index);
    for (const mark of this.#marks.children) if (Number(mark.dataset.index) === index) moveMark(mark, x, y);
  }

  /** The point in view nearest to a place in pixels of the photo, within `reach` pixels of the screen, or null. */
  nearest(x, y, reach) {
    const { view, picked, selected, isHidden } = this.#shown;
    if (isHidden) return null;
    const preference = PREFERENCE * this.#unit;
    const wanted = { x, y, reach: reach * this.#unit, size: this.#size, view, picked, face: this.#face, selected, preference };
    return nearestPoint(this.#people, wanted);
  }

  #active(number) {
    return this.#people.find((one) => one.person === number && !isPassive(one));
  }

  #personGroup(person) {
    const { names, sides, connections, count = names.length } = this.#landmarks;
    const bones = connections.map(([start, end]) => boneLines({ side: boneSide(this.#landmarks, start, end), start, end }));
    const points = person.keypoints.map((_, index) =>
      pointMark({ side: sides[index], index, name: names[index], isSmall: this.#small.has(index), isExtra: index >= count }),
    );
    const circles = person.uncertainty?.map(() => uncertaintyCircle()) ?? [];
    const isNumbered = this.#people.length > 1 && this.#people.filter((one) => !one.ghost).length > 1 && !person.ghost;
    const badge = isNumbered ? [badgeMark(person.person + 1)] : [];
    const attributes = { class: "person", "data-person": person.person, "data-tint": isNumbered ? person.person % TINTS : 0 };
    const layers = [circles, bones, points].map((elements) => svgElement("g", {}, ...elements));
    const element = svgElement("g", attributes, ...layers, ...badge);
    for (const kind of ["ghost", "faint"]) element.toggleAttribute(`data-${kind}`, Boolean(person[kind]));
    return { element, bones, points, circles, badge: badge[0] };
  }

  #drawPerson(person) {
    const group = this.#groups.get(person);
    this.#landmarks.connections.forEach((_, number) => this.#drawBone(person, group, number));
    person.keypoints.forEach((_, index) => this.#drawPoint(person, group, index));
    this.#placeBadge(person);
  }

  #isIn(person, index) {
    return isInView(person.keypoints[index], index, this.#shown.view, this.#face);
  }

  #drawBone(person, { bones }, number) {
    const [start, end] = this.#landmarks.connections[number];
    const bone = bones[number];
    const isOn = this.#shown.view.skeleton && this.#isIn(person, start) && this.#isIn(person, end);
    bone.toggleAttribute("data-off", !isOn);
    if (!isOn) return;
    bone.dataset.state = boneState(person.keypoints[start], person.keypoints[end]);
    moveBone(bone, this.#place(person, start), this.#place(person, end));
  }

  #drawPoint(person, { points, circles }, index) {
    const { view } = this.#shown;
    const point = points[index];
    const { state, isMarked } = person.keypoints[index];
    const place = this.#place(person, index);
    const isIn = this.#isIn(person, index);
    point.toggleAttribute("data-off", !view.points || !isIn);
    markDoubt(point, Boolean(view.doubts && state === "occluded" && !isMarked));
    point.dataset.state = state;
    moveMark(point, place.x, place.y);
    if (!circles[index]) return;
    const radius = person.uncertainty[index];
    circles[index].toggleAttribute("data-off", !view.uncertainty || !isIn || radius === null);
    if (radius !== null) moveCircle(circles[index], place, radius);
  }

  #place(person, index) {
    const { x, y } = person.keypoints[index];
    return { x: x * this.#size.width, y: y * this.#size.height };
  }

  /** Above the person's head, inside the photo. */
  #placeBadge(person) {
    const { badge } = this.#groups.get(person);
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
      ring.dataset.index = point.index;
      moveMark(ring, place.x, place.y);
      rings.push(ring);
    }
    this.#marks.replaceChildren(...rings, ...(isHidden ? [] : this.#labels()));
  }

  /** Where a named point is drawn; null where it is absent or its person not picked. */
  #placeOf({ person: number, index }) {
    const person = this.#active(number);
    if (!person || person.keypoints[index].state === "absent" || !isPicked(person, this.#shown.picked)) return null;
    return this.#place(person, index);
  }

  #labels() {
    return this.#people
      .filter((person) => !isPassive(person) && isPicked(person, this.#shown.picked))
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
