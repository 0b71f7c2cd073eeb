/** Adding photos: a row a file, two uploads at a time, a card in the grid for each that the site has. */
import { HttpError, html, upload } from "../lib/http.js";
import { listenForFiles } from "./files.js";
import { addCard, takesCard } from "./grid.js";
import { UploadQueue } from "./queue.js";
import { UploadRow } from "./row.js";
import { Summary } from "./summary.js";

const NO_PHOTO = "00000000-0000-0000-0000-000000000000";

class Uploads {
  #rows = []; // those that the site has not taken over

  constructor(section) {
    this.section = section;
    this.form = section.querySelector("[data-upload-form]");
    this.list = section.querySelector("[data-rows]");
    this.template = section.querySelector("[data-row-template]");
    this.summary = new Summary(section);
    this.queue = new UploadQueue((row) => this.#send(row));
    this.summary.retryAll.addEventListener("htmx:configRequest", (event) => this.#retryAll(event));
    this.summary.hide.addEventListener("click", () => this.#hide());
    this.list.addEventListener("htmx:afterRequest", () => this.#keepFocus());
    this.summary.retryAll.addEventListener("htmx:afterRequest", () => this.#keepFocus());
    addEventListener("beforeunload", (event) => this.queue.isBusy && event.preventDefault());
  }

  /** One photo is answered with its people; of several each is answered as soon as it is stored. */
  add(files) {
    const isQueued = files.length > 1 || this.queue.isBusy;
    const rows = files.map((file) => new UploadRow(file, this.template, { isQueued, onRetry: (row) => this.#retry([row]) }));
    this.#rows.push(...rows);
    this.list.append(...rows.map((row) => row.element));
    this.queue.add(rows);
  }

  #retry(rows) {
    for (const row of rows) row.wait();
    this.queue.add(rows);
  }

  /** Sends those that did not arrive; the request is for those that the site has and failed on. */
  #retryAll(event) {
    this.#retry(this.#rows.filter((row) => row.state === "failed"));
    if (!event.detail.formData.has("photo")) {
      event.preventDefault();
      this.#keepFocus();
    }
  }

  #hide() {
    this.#rows = [];
    this.list.replaceChildren();
    this.section.querySelector("[data-more]")?.remove();
    this.section.querySelector("[data-choose]").focus();
  }

  /** The button that was pressed may be gone: the list keeps the focus. */
  #keepFocus() {
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) this.list.focus();
    });
  }

  async #send(row) {
    const maxBytes = Number(this.section.dataset.maxBytes);
    if (row.file.size > maxBytes) {
      row.failed(`The file is larger than ${Math.floor(maxBytes / 2 ** 20)} MB.`);
      return;
    }
    row.uploading(0);
    this.#follow(row);
    try {
      const answer = await upload(this.section.dataset.api + (row.isQueued ? "?wait=false" : ""), this.#formData(row), {
        onProgress: (share) => row.uploading(share),
      });
      await this.#show(row, answer);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      row.failed(error.message);
    }
  }

  /** Scrolls the list, never the page, to what goes on; not while somebody is reading it. */
  #follow(row) {
    if (this.list.matches(":hover, :focus-within")) return;
    this.list.scrollTop = row.element.offsetTop - this.list.offsetTop - this.list.clientHeight / 2;
  }

  #formData(row) {
    const data = new FormData();
    for (const field of this.form.querySelectorAll("input[type=number], select")) {
      if (field.value !== "") data.set(field.name, field.value);
    }
    data.set("image", row.file, row.file.name);
    if (row.isRerun) data.set("rerun", "true");
    return data;
  }

  async #show(row, { status, body: photo }) {
    const url = this.section.dataset.photoUrl.replace(NO_PHOTO, photo.id);
    if (status === 202 && !document.getElementById(`upload-${photo.id}`)) {
      row.queued(photo.id, photo.status);
      this.#rows = this.#rows.filter((other) => other !== row);
    } else if (status === 202) {
      row.existing(url);
    } else if (photo.status === "failed") {
      row.isRerun = true;
      row.failed(photo.error?.message ?? "The pose model failed on this photo.", url);
    } else if (status === 200 && !row.isRerun) {
      row.existing(url);
    } else {
      row.done(photo.people_found, url);
    }
    this.section.classList.remove("is-empty");
    this.section.querySelector("h1").textContent = "Photos";
    if (takesCard(photo.id)) await this.#addCard(photo.id);
  }

  async #addCard(photoId) {
    try {
      addCard(photoId, await html(this.section.dataset.cardUrl.replace(NO_PHOTO, photoId)));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      // The photo is stored all the same (or was deleted meanwhile): the row says how it stands.
    }
  }
}

/** Starts on the page's section for adding photos. */
export function startUploads(section) {
  const uploads = new Uploads(section);
  listenForFiles(section, (files) => files.length > 0 && uploads.add(files));
}
