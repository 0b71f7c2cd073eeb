/** What the page says over the strip: a quiet note, and what could not be loaded. */
import { isFinal } from "./tiles.js";

const FINAL = {
  401: "You are logged out. Log in again to go on from here.",
  404: "The scan has changed since this page was opened.",
};

export class Messages {
  #note;
  #trouble;
  #again;
  #isOver = false;

  constructor(root, { onRetry }) {
    this.#note = root.querySelector("[data-note]");
    this.#trouble = root.querySelector("[data-trouble]");
    this.#again = this.#trouble.querySelector("[data-retry]");
    this.#again.addEventListener("click", () => (this.#isOver ? location.reload() : onRetry()));
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
    this.#isOver = isFinal(error);
    this.#trouble.querySelector("[data-trouble-text]").textContent = FINAL[error.status]
      ?? `Part of the scan could not be loaded. ${error.message}${this.#isOver ? "" : " It is tried again."}`;
    this.#again.textContent = this.#isOver ? "Reload" : "Try now";
  }
}
