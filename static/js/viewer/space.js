/**
 * World landmarks on a plane. Pure.
 *
 * World landmarks are metres with x to the photo's right, y down and z away from the camera. A view is `{yaw, pitch}` in
 * radians; both 0 is the camera's. The result has the nearest smallest `depth`.
 */

const PITCH = 0.16;
const DISTANCE = 5;
const FLOOR = 0.55;

/** The middle of the body and the radius of the ball around it. */
export function extent(world) {
  const heights = world.map(({ y }) => y);
  const centre = { x: 0, y: (Math.min(...heights) + Math.max(...heights)) / 2, z: 0 };
  const radius = Math.max(...world.map(({ x, y, z }) => Math.hypot(x, y - centre.y, z)));
  return { centre, radius: radius || 1, floor: Math.max(...heights) };
}

/** The yaw from which the body's own front is seen, by shoulders and hips. */
export function frontYaw(world, landmarks) {
  const at = (name) => world[landmarks.names.indexOf(name)];
  const across = (axis) => at("left_hip")[axis] - at("right_hip")[axis] + at("left_shoulder")[axis] - at("right_shoulder")[axis];
  // The front is the left-hand side turned by a right angle; it shall point at the camera.
  return Math.atan2(across("z"), across("x"));
}

/** The fixed views; left and right look at the subject's own left and right side. */
export function fixedView(name, front) {
  const yaws = { photo: 0, front, back: front + Math.PI, left: front + Math.PI / 2, right: front - Math.PI / 2 };
  return { yaw: yaws[name], pitch: PITCH };
}

/** A point in units of the body's radius: x right, y down, and how far away. */
export function project({ x, y, z }, { yaw, pitch }, { centre, radius }) {
  const [dx, dy, dz] = [x - centre.x, y - centre.y, z - centre.z].map((value) => value / radius);
  const right = dx * Math.cos(yaw) + dz * Math.sin(yaw);
  const away = dz * Math.cos(yaw) - dx * Math.sin(yaw);
  const down = dy * Math.cos(pitch) - away * Math.sin(pitch);
  const depth = dy * Math.sin(pitch) + away * Math.cos(pitch);
  const nearness = DISTANCE / (DISTANCE + depth);
  return { x: right * nearness, y: down * nearness, depth };
}

/** The lines of a square floor under the feet, as pairs of points in metres. */
export function floorLines({ radius, floor }, cells = 4) {
  const lines = [];
  for (let step = 0; step <= cells; step += 1) {
    const edge = radius * FLOOR;
    const place = edge * ((2 * step) / cells - 1);
    lines.push([{ x: place, y: floor, z: -edge }, { x: place, y: floor, z: edge }]);
    lines.push([{ x: -edge, y: floor, z: place }, { x: edge, y: floor, z: place }]);
  }
  return lines;
}
