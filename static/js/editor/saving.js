/** The edit as the form's text: kept in step, kept as a draft, offered again, and not lost without a word. */
import { Draft, timeInWords } from "./drafts.js";
import { pointsOf, textsOf } from "./text.js";
import { changedInWords } from "./words.js";

/** Reads the form's two texts and writes them; `onRestore(points, label)` is told of a draft or a text to take over. */
export class Saving {
  #root;
  #landmarks;
  #base;
  #keypoints;
  #extras;
  #draft;
  #edit = null;
  #isSent = false;

  constructor(root, { data, base, onRestore }) {
    this.#root = root;
    this.#landmarks = data.landmarks;
    this.#base = base;
    this.#keypoints = root.querySelector("[data-text]");
    this.#extras = root.querySelector("[data-extras-text]");
    this.#draft = new Draft(data);
    root.querySelector("[data-extras-place]").append(this.#extras);
    for (const area of [this.#keypoints, this.#extras]) {
      area.disabled = false; // From now on the text is what the form sends.
      area.addEventListener("change", () => this.#take(this.#texts, "Text taken over", onRestore));
    }
    this.#offer(onRestore);
    this.#listen();
  }

  /** The points as the form has them, or null where its text cannot be read. */
  points() {
    try {
      return pointsOf(this.#texts, this.#base, this.#landmarks);
    } catch (error) {
      this.#complain(error);
      return null;
    }
  }

  /** Follows this edit from now on. */
  follow(edit) {
    this.#edit = edit;
    this.#say();
  }

  /** Writes the edit into the form and the draft. */
  write() {
    const texts = textsOf(this.#edit.points, this.#base, this.#landmarks);
    this.#keypoints.value = texts.keypoints;
    this.#extras.value = texts.extras;
    this.#complain(null);
    if (this.#say()) this.#draft.write(texts);
    else this.#draft.remove();
  }

  /** Sends the form as its own button would. */
  save() {
    const { form } = this.#keypoints;
    const button = form.querySelector("[data-editor-save], [name=_continue], [name=_save]");
    if (button) form.requestSubmit(button);
  }

  get #texts() {
    return { keypoints: this.#keypoints.value, extras: this.#extras.value };
  }

  #take(texts, label, onRestore) {
    try {
      onRestore(pointsOf(texts, this.#base, this.#landmarks), label);
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error) {
    const place = this.#root.querySelector("[data-text-error]");
    place.hidden = error === null;
    place.textContent = error ? `The text is not readable: ${error.message}` : "";
    if (error) place.closest("details").open = true;
  }

  #say() {
    const count = this.#edit.changed;
    const place = this.#root.querySelector("[data-saved]");
    place.textContent = changedInWords(count);
    place.toggleAttribute("data-unsaved", count > 0);
    return count;
  }

  #offer(onRestore) {
    const draft = this.#draft.read();
    const { keypoints, extras } = this.#texts;
    if (!draft || (draft.keypoints === keypoints && draft.extras === extras)) return;
    const bar = this.#root.querySelector("[data-offer]");
    bar.querySelector("[data-offer-text]").textContent = `Unsaved changes from ${timeInWords(draft.at)}.`;
    bar.hidden = false;
    bar.querySelector("[data-restore]").addEventListener("click", () => {
      bar.hidden = true;
      this.#take(draft, "Unsaved changes restored", onRestore);
    });
    bar.querySelector("[data-discard]").addEventListener("click", () => {
      bar.hidden = true;
      if (!this.#edit.changed) this.#draft.remove();
    });
  }

  #listen() {
    this.#keypoints.form.addEventListener("submit", () => {
      this.#isSent = true;
      this.#draft.markSent();
    });
    window.addEventListener("pageshow", () => {
      this.#isSent = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.#edit?.changed && !this.#isSent) event.preventDefault();
    });
  }
}
