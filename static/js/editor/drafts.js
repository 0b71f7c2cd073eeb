/** Unsaved work, kept in this browser for each pose and revision. */

const PREFIX = "keypoints:";
const KEPT_MS = 30 * 24 * 3600 * 1000;

/** The draft of one pose at one revision: `{keypoints, extras, at}` or null; those that were sent are forgotten later. */
export class Draft {
  #key;

  constructor({ pose, revision }) {
    this.#key = `${PREFIX}${pose}:${revision}`;
    forget((key, draft) => {
      const isOfEarlier = key.startsWith(`${PREFIX}${pose}:`) && key !== this.#key && draft.isSent;
      return isOfEarlier || Date.now() - draft.at > KEPT_MS;
    });
  }

  read() {
    return safely(() => JSON.parse(localStorage.getItem(this.#key)));
  }

  write(texts) {
    safely(() => localStorage.setItem(this.#key, JSON.stringify({ ...texts, at: Date.now(), isSent: false })));
  }

  /** The form was sent: once there is a later revision nobody needs the draft. */
  markSent() {
    const draft = this.read();
    if (draft) safely(() => localStorage.setItem(this.#key, JSON.stringify({ ...draft, isSent: true })));
  }

  remove() {
    safely(() => localStorage.removeItem(this.#key));
  }
}

/** The time of day, with the date where it was another day. */
export function timeInWords(at, now = new Date()) {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  return moment.toDateString() === now.toDateString() ? time : `${moment.toLocaleDateString()}, ${time}`;
}

function forget(isOld) {
  safely(() => {
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
      const draft = safely(() => JSON.parse(localStorage.getItem(key)));
      if (!draft || isOld(key, draft)) localStorage.removeItem(key);
    }
  });
}

/** Storage may be forbidden, full, or hold something else: then there is no draft. */
function safely(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
