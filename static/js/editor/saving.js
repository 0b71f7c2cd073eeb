/** The edit on its way to the server: in the form, as a draft until it is saved, and not lost without a word. */
import { Draft, draftsOf, dropDraft, dropSaved } from "./drafts.js";
import { FormTexts } from "./form_texts.js";
import { offerDrafts } from "./offer.js";
import { areSameEntries, entriesOf, pointsOf } from "./text.js";
import { changedInWords } from "./words.js";

// The form's own ways to save, the one that stays on the page first.
const SAVE_BUTTONS = ["[data-editor-save]", "[name=_continue]", "[name=_save]"];

/** `onTake(points, label)` is told of a draft or a text to take over, `onSend` before the form is sent. */
export class Saving {
  #root;
  #data;
  #base;
  #tell;
  #texts;
  #draft;
  #edit = null;
  #isSent = false;

  constructor(root, { data, base, ...tell }) {
    this.#root = root;
    this.#data = data;
    this.#base = base;
    this.#tell = tell;
    this.#draft = new Draft(data);
    this.#texts = new FormTexts(root, {
      landmarks: data.landmarks,
      base,
      onTyped: () => this.#takeTyped(),
      onDrop: () => this.write(),
    });
  }

  /** The points as the form has them, or null where its text cannot be read. */
  points() {
    return this.#texts.read();
  }

  /** Follows this edit from now on. */
  follow(edit) {
    this.#edit = edit;
    this.#offer();
    this.#show();
    this.#listen();
  }

  /** Writes the edit into the form and the draft. */
  write() {
    this.#show();
    if (this.#edit.changed) this.#draft.write(this.#entries(this.#edit.points));
    else if (!this.#draft.isTakenOver) this.#draft.remove();
  }

  /** Sends the form as its own button would. */
  save() {
    this.#finish();
    const { form } = this.#texts;
    const button = SAVE_BUTTONS.map((selector) => form.querySelector(selector)).find((found) => found !== null);
    if (button) form.requestSubmit(button);
  }

  get #isUnsaved() {
    return this.#edit.changed > 0 || this.#texts.isBroken;
  }

  #entries(points) {
    return entriesOf(points, this.#data.landmarks.count);
  }

  #show() {
    this.#texts.write(this.#edit.points, { isWhole: this.#draft.revision !== this.#data.revision });
    const place = this.#root.querySelector("[data-saved]");
    const changed = changedInWords(this.#edit.changed);
    place.textContent = this.#texts.isBroken ? `${changed}. The text is not readable` : changed;
    place.toggleAttribute("data-unsaved", this.#isUnsaved);
  }

  #takeTyped() {
    const points = this.#texts.typedOver(this.#edit.points);
    if (points) this.#tell.onTake(points, "Text taken over");
    this.#show();
  }

  /** Forgets what is saved, goes on with the draft of what the form brought along, and offers the others. */
  #offer() {
    const { pose, revision } = this.#data;
    const work = this.#entries(this.#edit.points);
    dropSaved({ pose, revision, entries: this.#entries(this.#base) });
    const drafts = draftsOf(pose);
    const [same, ...again] = drafts.filter(({ entries }) => areSameEntries(entries, work));
    if (same) this.#draft.takeOver(same, revision);
    again.forEach(dropDraft);
    if (this.#edit.changed) this.#draft.write(work);
    const others = drafts.filter((draft) => draft !== same && !again.includes(draft));
    offerDrafts(this.#root, others, { revision, onRestore: (draft) => this.#restore(draft) });
  }

  /** With the revision that it began from: where there is a later one, saving asks whose points to take. */
  #restore(draft) {
    this.#draft.takeOver(draft, draft.revision);
    this.#texts.form.elements.expected_revision.value = draft.revision;
    this.#tell.onTake(pointsOf(draft.entries, this.#base, this.#data.landmarks), "Unsaved changes restored");
    this.write();
  }

  /** Finishes what is under way: a drag, and what is typed into the field that has the focus. */
  #finish() {
    this.#tell.onSend();
    const field = document.activeElement;
    const isOwn = this.#root.contains(field) && field.matches("input, select, textarea");
    if (isOwn) field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #onSubmit(event) {
    this.#finish();
    if (this.#texts.isBroken) this.#texts.goToBroken();
    if (this.#texts.isBroken || this.#isSent) event.preventDefault();
    else this.#isSent = true;
  }

  #listen() {
    this.#texts.form.addEventListener("submit", (event) => this.#onSubmit(event));
    // Back from the next page, the form may be sent again.
    window.addEventListener("pageshow", () => {
      this.#isSent = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.#isUnsaved && !this.#isSent) event.preventDefault();
    });
  }
}
