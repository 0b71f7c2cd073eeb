/** Unsaved work, kept in this browser until the server has it or the person drops it. */
import { areSameEntries } from "./text.js";

const PREFIX = "keypoints:";
const KEPT_MS = 30 * 24 * 3600 * 1000;

/** The draft of one page's work on a pose. Each page has its own, so that none writes over another's. */
export class Draft {
  #key;

  /** `revision` is the one that the work began from. */
  constructor({ pose, revision }) {
    this.#key = `${PREFIX}${pose}:${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.revision = revision;
    this.isTakenOver = false;
  }

  /** Goes on with a draft of `draftsOf`, in its place; what is written from now on began from `revision`. */
  takeOver({ key }, revision) {
    this.remove();
    this.#key = key;
    this.revision = revision;
    this.isTakenOver = true;
  }

  /** Keeps these entries; see `entriesOf` in text.js. */
  write(entries) {
    const draft = { revision: this.revision, at: Date.now(), entries };
    safely(() => localStorage.setItem(this.#key, JSON.stringify(draft)));
  }

  remove() {
    safely(() => localStorage.removeItem(this.#key));
  }
}

/** The drafts of a pose, `{key, revision, at, entries}`, the latest first. Forgets what is too old, of any pose. */
export function draftsOf(pose) {
  const drafts = safely(() => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map(read)) ?? [];
  const isCurrent = ({ at, entries }) => Array.isArray(entries) && Date.now() - at < KEPT_MS;
  for (const draft of drafts) if (!isCurrent(draft)) dropDraft(draft);
  const isOfPose = (draft) => draft.key.startsWith(`${PREFIX}${pose}:`) && isCurrent(draft);
  return drafts.filter(isOfPose).sort((a, b) => b.at - a.at);
}

/** Forgets a draft of `draftsOf`. */
export function dropDraft({ key }) {
  safely(() => localStorage.removeItem(key));
}

/** Forgets the drafts that are saved: the server has `entries` as this revision of the pose. */
export function dropSaved({ pose, revision, entries }) {
  for (const draft of draftsOf(pose)) {
    if (draft.revision <= revision && areSameEntries(draft.entries, entries)) dropDraft(draft);
  }
}

/** The time of day, with the date where it was another day. */
export function timeInWords(at, now = new Date()) {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  return moment.toDateString() === now.toDateString() ? time : `${moment.toLocaleDateString()}, ${time}`;
}

function read(key) {
  return { ...safely(() => JSON.parse(localStorage.getItem(key))), key };
}

/** Storage may be forbidden, full, or hold something else: then there is no draft. */
function safely(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
