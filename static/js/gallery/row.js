/** One file in the list of uploads until the site has it: thumbnail, name, percent, state, what can be done about it. */

/** How many people were found, in words. */
export function peopleText(count) {
  if (count === 0) return "nobody found";
  return count === 1 ? "1 person" : `${count} people`;
}

/** The row of a file; `onRetry(row)` is called when the person asks for another try. */
export class UploadRow {
  isRerun = false;

  /** `isQueued`: the site may find people later; the answer then comes as soon as it has the file. */
  constructor(file, template, { isQueued, onRetry }) {
    this.file = file;
    this.isQueued = isQueued;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.#part("[data-name]").textContent = file.name;
    this.#part("[data-name]").title = file.name;
    const retry = this.#part("[data-retry]");
    retry.setAttribute("aria-label", `Retry ${file.name}`);
    retry.addEventListener("click", () => onRetry(this));
    this.#part("progress").setAttribute("aria-label", file.name);
    this.#showThumbnail();
  }

  get state() {
    return this.element.dataset.state;
  }

  wait() {
    this.#set("waiting", "Waiting");
    this.#part("progress").value = 0;
  }

  uploading(share) {
    if (share >= 1) {
      this.#set("detecting", this.isQueued ? "Storing" : "Finding people");
      this.#part("progress").removeAttribute("value");
      return;
    }
    const percent = Math.floor(share * 100);
    this.#set("uploading", `Uploading ${percent} %`);
    this.#part("progress").value = percent;
  }

  /** The site has the photo and works on it later: from now on the row is the site's to change. */
  queued(photoId, status) {
    this.#set("waiting", "Waiting");
    this.#part("progress").value = 100;
    this.element.id = `upload-${photoId}`;
    this.element.dataset.photo = photoId;
    this.element.dataset.unfinished = status;
  }

  done(people, url) {
    this.#set("done", `Done · ${peopleText(people)}`);
    this.#offerPhoto(url);
  }

  existing(url) {
    this.#set("existing", "Already here");
    this.#offerPhoto(url);
  }

  /** Failed with a message; `url` is that of the photo where it was stored all the same. */
  failed(message, url = "") {
    this.#set("failed", message);
    this.#part("[data-retry]").hidden = false;
    if (url) this.#offerPhoto(url);
  }

  #set(state, text) {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.dataset.state = state;
    this.#part("[data-state-text]").textContent = text;
    this.#part("[data-retry]").hidden = true;
    this.#part("[data-link]").hidden = true;
    // The button that was pressed is gone: the list keeps the focus.
    if (hadFocus) this.element.parentElement?.focus();
  }

  #offerPhoto(url) {
    const link = this.#part("[data-link]");
    link.href = url;
    link.hidden = false;
    link.setAttribute("aria-label", `Open ${this.file.name}`);
  }

  #showThumbnail() {
    const image = this.#part("img");
    const url = URL.createObjectURL(this.file);
    image.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
    // Not every browser shows every format that the site takes; the box then stays empty.
    image.addEventListener("error", () => {
      URL.revokeObjectURL(url);
      image.hidden = true;
    }, { once: true });
    image.hidden = false;
    image.src = url;
  }

  #part(selector) {
    return this.element.querySelector(selector);
  }
}
