/** What the page says over the strip: a quiet note, and what could not be loaded. */
import { isFinal } from "./tiles.js";

const GONE = 404;

export class Messages {
  #note;
  #trouble;

  constructor(root, { onRetry }) {
    this.#note = root.querySelector("[data-note]");
    this.#trouble = root.querySelector("[data-trouble]");
    this.#trouble.querySelector("[data-retry]").addEventListener("click", onRetry);
  }

  /** Says something, or nothing any more. */
  note(text) {
    this.#note.textContent = text;
    this.#note.hidden = !text;
  }

  /** Says what is wrong, or that nothing is any more (null). */
  trouble(error) {
    this.#trouble.hidden = !error;
    if (!error) return;
    const again = isFinal(error) ? "" : " It is tried again.";
    this.#trouble.querySelector("[data-trouble-text]").textContent = error.status === GONE
      ? "The scan has changed since this page was opened. Reload the page."
      : `Part of the scan could not be loaded. ${error.message}${again}`;
    this.#trouble.querySelector("[data-retry]").hidden = error.status === GONE;
  }
}
