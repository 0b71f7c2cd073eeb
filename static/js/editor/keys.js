/** What a key asks of the editor. Pure: an event and where the page stands in, an action's name out. */

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PLAIN = {
  "+": "zoomIn", "=": "zoomIn", "-": "zoomOut", "−": "zoomOut", 0: "fit", v: "cycle", p: "place", n: "next", "?": "keys",
};
const COMMANDS = { z: "undo", y: "redo", s: "save" };

/** `{name, ...}` or null; `isOnStage` where the photo has the focus, `isTyping` in fields that take text. */
export function actionOf(event, { isOnStage, isWalking, isTyping, isText }) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return command(key, event, isText);
  if (isTyping) return null;
  if (key in ARROWS) return isOnStage ? arrow(key, event) : null;
  if (event.altKey) return null;
  if (key === "Tab") return isOnStage && isWalking ? { name: "walk", step: event.shiftKey ? -1 : 1 } : null;
  if (key === "Escape") return { name: "escape" };
  if (key === "h") return { name: event.shiftKey ? "toggleOverlay" : "holdOverlay" };
  return key in PLAIN ? { name: PLAIN[key] } : null;
}

function command(key, { shiftKey, altKey, repeat }, isText) {
  if (altKey || !(key in COMMANDS) || (isText && key !== "s")) return null;
  return { name: key === "z" && shiftKey ? "redo" : COMMANDS[key], isRepeated: repeat };
}

function arrow(key, { shiftKey, altKey }) {
  const [right, down] = ARROWS[key];
  return { name: "nudge", right, down, pixels: shiftKey ? 10 : altKey ? 0.1 : 1 };
}
