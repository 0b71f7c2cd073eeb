/** The ways files come in: a choice, a drop anywhere on the page (folders too), the clipboard, a camera. */
import { listenForDrops } from "../lib/drop.js";
import { isTyping } from "../lib/keys.js";

function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function childrenOf(folder) {
  const reader = folder.createReader();
  const children = [];
  // A reader answers in parts, and with nothing when it is through.
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return children;
    children.push(...part);
  }
}

async function filesIn(entry) {
  if (entry.isFile) return [await fileOf(entry)];
  const nested = await Promise.all((await childrenOf(entry)).map(filesIn));
  // A folder holds more than photos; what was dropped by itself is left for the site to judge.
  return nested.flat().filter((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name));
}

async function droppedFiles(transfer) {
  // Both lists are empty once the event is over, so they are read before the first await.
  const files = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return files;
  return (await Promise.all(entries.map(filesIn))).flat();
}

function listenForInput(input, button, onFiles) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    onFiles([...input.files]);
    input.value = ""; // so that the same file can be chosen again
  });
}

function listenForPaste(onFiles) {
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || isTyping(event)) return;
    event.preventDefault();
    onFiles(files);
  });
}

/** Calls `onFiles(files)` for whatever way files come in. */
export function listenForFiles(section, onFiles) {
  listenForInput(section.querySelector("[data-files]"), section.querySelector("[data-choose]"), onFiles);
  listenForInput(section.querySelector("[data-camera]"), section.querySelector("[data-take-photo]"), onFiles);
  listenForDrops(document.querySelector("[data-drop-veil]"), async (transfer) => onFiles(await droppedFiles(transfer)));
  listenForPaste(onFiles);
}
