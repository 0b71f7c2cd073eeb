/** A point that a pointer drags: redrawn once a frame, one step when it is let go. */
import { onFrame } from "./frames.js";
import { moved, placeOf } from "./points.js";

/**
 * What the stage holds while the point `index` is dragged from `start`, a place on the photo. The distance between the
 * pointer and the point stays, so that nothing jumps. `onMove(place)` is told after each frame's change, `onEnd(isChanged)` once.
 */
export function dragOf(edit, { index, start, size, label, onMove, onEnd }) {
  const before = edit.points[index];
  const { x, y } = placeOf(before, size);
  const offset = { x: x - start.x, y: y - start.y };
  let isOver = false;
  edit.hold(index);
  const frame = onFrame((place) => {
    edit.preview(moved(before, { x: place.x + offset.x, y: place.y + offset.y }, size));
    onMove(placeOf(edit.points[index], size));
  });
  return {
    move(place) {
      if (!isOver) frame.schedule(place);
    },
    end() {
      if (isOver) return;
      isOver = true;
      frame.flush();
      onEnd(edit.settle(label));
    },
    cancel() {
      if (isOver) return;
      isOver = true;
      frame.cancel();
      edit.cancel();
      onEnd(false);
    },
  };
}
