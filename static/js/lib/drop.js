/** Files dropped anywhere on the page. */

function hasFiles(transfer) {
  return Boolean(transfer?.types.includes("Files"));
}

/** Calls `onDrop(transfer)` within the drop event; shows the veil while something is held over the page. */
export function listenForDrops(veil, onDrop) {
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => hasFiles(event.dataTransfer) && show(1));
  document.addEventListener("dragleave", (event) => hasFiles(event.dataTransfer) && show(-1));
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("drop", (event) => {
    show(-depth);
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    onDrop(event.dataTransfer);
  });
}
