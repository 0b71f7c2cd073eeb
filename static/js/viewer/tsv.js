/** Keypoints as a table to paste into a spreadsheet. Pure. */

const HEADER = ["person", "point", "side", "x_px", "y_px", "visibility", "state"];

/** One row a keypoint of the people given, x and y in pixels of the photo, visibility 0 to 1. */
export function tableAsText(people, landmarks, size) {
  const rows = people.flatMap((person) =>
    person.keypoints.map((keypoint, index) => [
      person.person + 1,
      landmarks.names[index],
      landmarks.sides[index],
      (keypoint.x * size.width).toFixed(1),
      (keypoint.y * size.height).toFixed(1),
      keypoint.visibility.toFixed(3),
      keypoint.state,
    ]),
  );
  return [HEADER, ...rows].map((row) => row.join("\t")).join("\n");
}

/** Puts text on the clipboard. Rejects where the browser forbids it. */
export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Sites without HTTPS have no clipboard; the older way still works there.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (!isCopied) throw new Error("The browser did not copy.");
}
