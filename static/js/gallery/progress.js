/**
 * Keeps what is unfinished on the page true, wherever it stands: as a row of the list of uploads, as a card, or both.
 * One request at a time asks the site how it stands; the answer's parts take the places of those with their ids.
 */

const OFTEN_MS = 1000;
const RARELY_MS = 5000;
const PATIENCE = 20; // answers without a change, after which it asks rarely
const AT_ONCE = 50; // what an address has room for

/** Ids with the status that the page shows, the oldest first; a card that has a row stands where its row does. */
function unfinished() {
  const rows = document.querySelectorAll(".upload-row[data-unfinished]");
  const cards = document.querySelectorAll(".photo-card[data-unfinished]"); // the newest first
  const known = new Map();
  for (const { dataset } of [...rows, ...[...cards].reverse()]) {
    if (!known.has(dataset.photo)) known.set(dataset.photo, dataset.unfinished);
  }
  return [...known].slice(0, AT_ONCE);
}

/** Drops the parts whose places have left the page since it asked: not each photo has a row and a card. */
function onlyWhatIsHere(markup) {
  const holder = document.createElement("template");
  holder.innerHTML = markup;
  for (const part of [...holder.content.children]) if (!document.getElementById(part.id)) part.remove();
  return holder.innerHTML;
}

/** Once all rows are over that a long list begins with, the page is made anew with the next ones. */
function showNextOnes() {
  const more = document.querySelector("[data-more]");
  if (!more || document.querySelector(".upload-row[data-unfinished]")) return;
  if (document.querySelector(".upload-row:not([data-photo])")) more.remove(); // files of this page would be lost
  else location.reload();
}

class Progress {
  #poller;
  #timer = 0;
  #isAsking = false;
  #unchanged = 0;

  constructor(poller) {
    this.#poller = poller;
    poller.addEventListener("htmx:configRequest", ({ detail }) => {
      for (const [id, status] of unfinished()) detail.formData.append(status, id);
    });
    poller.addEventListener("htmx:afterRequest", ({ detail }) => this.#onAnswer(detail));
    document.addEventListener("visibilitychange", () => this.#ask());
  }

  /** Asks soon, unless it is about to or nothing is unfinished. */
  wake() {
    if (!this.#timer && !this.#isAsking && unfinished().length > 0) this.#wait();
  }

  #wait() {
    const isCalm = document.hidden || this.#unchanged >= PATIENCE;
    this.#timer = setTimeout(() => this.#ask(), isCalm ? RARELY_MS : OFTEN_MS);
  }

  #ask() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#isAsking || unfinished().length === 0) return;
    this.#isAsking = true;
    htmx.trigger(this.#poller, "ask");
  }

  #onAnswer({ xhr, successful }) {
    this.#isAsking = false;
    const isChanged = successful && xhr.responseText.trim() !== "";
    // A site that does not answer is not asked as often either.
    this.#unchanged = isChanged ? 0 : successful ? this.#unchanged + 1 : PATIENCE;
    this.wake();
  }
}

/** Starts with what the page holds, and goes on with whatever comes. */
export function startProgress(poller) {
  const progress = new Progress(poller);
  document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.requestConfig.elt.matches("[data-changes]")) return;
    detail.serverResponse = onlyWhatIsHere(detail.serverResponse);
  });
  const watch = { childList: true, subtree: true, attributes: true, attributeFilter: ["data-unfinished"] };
  const onChange = () => {
    progress.wake();
    showNextOnes();
  };
  new MutationObserver(onChange).observe(document.getElementById("main"), watch);
  progress.wake();
}
