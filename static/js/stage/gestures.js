/** Wheel, drag, pinch, tap and double tap on an element, told in its own pixels. */

const SLACK = 4;
const HOLD_SLACK = 2;
const TOUCH_SLACK = 10;
const DOUBLE_MS = 400;
const DOUBLE_REACH = 24;
const LINE = 16;
const PAGE = 400;
const WHEEL_STEP = 0.002;
const PINCH_STEP = 0.01;

const unitOf = (event) => [1, LINE, PAGE][event.deltaMode] ?? 1;

function wheelFactor(event) {
  const unit = unitOf(event);
  // A trackpad's pinch arrives as a wheel with Ctrl held, in small steps.
  return Math.exp(-event.deltaY * unit * (event.ctrlKey ? PINCH_STEP : WHEEL_STEP));
}

function middle([a, b]) {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance([a, b]) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/**
 * Calls `onZoom(factor, point)` (answers whether it did anything), `onPan(dx, dy)`, `onTap(point, isTouch)`,
 * `onDouble(point)` and `onHover(point or null)`. `onPress(point, isTouch, isShift)` may answer what is held from then on,
 * `{move(point), end(), cancel()}`: the pointer then drags that and pans nothing. Where there is an `onScroll(dx, dy)`
 * (it answers like onZoom), a wheel scrolls, and zooms with Ctrl or Cmd.
 */
export function listenGestures(element, { onZoom, onPan, onTap, onDouble, onHover, onScroll, onPress = () => null }) {
  const pressed = new Map();
  let moved = false;
  let start = null;
  let lastTap = null;
  let held = null;
  let box = null;

  function pointOf(event) {
    // While something is held the box is that of the press: no layout is read between two frames.
    box = held && box ? box : element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  function hold(event, point) {
    const slack = event.pointerType === "touch" ? TOUCH_SLACK : HOLD_SLACK;
    moved ||= distance([start, point]) > slack;
    if (moved) held.move(point);
  }

  function letGo(isEnd) {
    const what = held;
    held = null;
    if (isEnd && moved) what?.end();
    else what?.cancel();
  }

  function pinch(event, point) {
    const before = [...pressed.values()];
    pressed.set(event.pointerId, point);
    const after = [...pressed.values()];
    onPan(middle(after).x - middle(before).x, middle(after).y - middle(before).y);
    if (distance(before) > 0) onZoom(distance(after) / distance(before), middle(after));
  }

  function drag(event, point) {
    const before = pressed.get(event.pointerId);
    const slack = event.pointerType === "touch" ? TOUCH_SLACK : SLACK;
    moved ||= distance([start, point]) > slack;
    if (!moved) return;
    onPan(point.x - before.x, point.y - before.y);
    pressed.set(event.pointerId, point);
  }

  function tap(point, event) {
    const isDouble = lastTap && event.timeStamp - lastTap.at < DOUBLE_MS && distance([lastTap.point, point]) < DOUBLE_REACH;
    lastTap = isDouble ? null : { at: event.timeStamp, point };
    if (isDouble) onDouble(point);
    else onTap(point, event.pointerType === "touch");
  }

  function scroll(event) {
    const unit = unitOf(event);
    return onScroll(event.deltaX * unit, event.deltaY * unit);
  }

  element.addEventListener("wheel", (event) => {
    if (held) event.preventDefault();
    else if (onScroll && !event.ctrlKey && !event.metaKey) {
      if (scroll(event)) event.preventDefault();
    } else if (onZoom(wheelFactor(event), pointOf(event)) || event.ctrlKey) event.preventDefault();
  }, { passive: false });

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    if (pressed.size) {
      letGo(false);
      moved = true;
    } else {
      [moved, start] = [false, pointOf(event)];
      held = onPress(start, event.pointerType === "touch", event.shiftKey);
    }
    pressed.set(event.pointerId, pointOf(event));
  });

  // A finger on what can be held does not scroll the page.
  element.addEventListener("touchstart", (event) => {
    if (held && event.cancelable) event.preventDefault();
  }, { passive: false });

  element.addEventListener("pointermove", (event) => {
    const point = pointOf(event);
    if (!pressed.has(event.pointerId)) {
      if (event.pointerType !== "touch") onHover(point);
    } else if (held) hold(event, point);
    else if (pressed.size === 2) pinch(event, point);
    else if (pressed.size === 1) drag(event, point);
  });

  function release(event) {
    if (!pressed.delete(event.pointerId)) return;
    letGo(event.type === "pointerup");
    if (event.type === "pointerup" && !moved && !pressed.size) tap(pointOf(event), event);
  }
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("pointerleave", () => onHover(null));
}
