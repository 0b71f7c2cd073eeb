/** How far a file is sent: a bar, share, rate and time left for the eye, each tenth for the ear. */

const MEGA = 1_000_000;
const MEASURED_OVER_MS = 1_000;

function megabytes(bytes) {
  const digits = bytes < 10 * MEGA ? 1 : 0;
  return (bytes / MEGA).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function lasting(seconds) {
  return seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}

/** `412 of 715 MB · 85 MB/s · about 4 s left` */
export function paceText(loaded, total, elapsedMs) {
  const amount = `${megabytes(loaded)} of ${megabytes(total)} MB`;
  if (elapsedMs < MEASURED_OVER_MS || loaded === 0) return amount;
  const perSecond = (loaded / elapsedMs) * 1_000;
  return `${amount} · ${megabytes(perSecond)} MB/s · about ${lasting((total - loaded) / perSecond)} left`;
}

/** Of the form that is on the page now. */
export class Sending {
  #form;
  #startedAt = 0;
  #tenth = -1;

  constructor(form) {
    this.#form = form;
  }

  /** In the place of the button. */
  show(isShown) {
    this.#part("submit").hidden = isShown;
    this.#part("sending").hidden = !isShown;
    if (!isShown) return;
    this.#startedAt = performance.now();
    this.#tenth = -1;
    this.#part("sending-step").textContent = "Sending the file";
    this.#part("sending-percent").textContent = "";
    this.#part("sending-pace").textContent = "";
    this.#part("sending-bar").value = 0;
    this.#part("stop").focus();
  }

  progress(loaded, total) {
    const percent = Math.floor((100 * loaded) / total);
    this.#part("sending-percent").textContent = `${percent} %`;
    this.#part("sending-pace").textContent = paceText(loaded, total, performance.now() - this.#startedAt);
    this.#part("sending-bar").value = percent;
    const tenth = Math.floor(percent / 10);
    if (tenth > this.#tenth) this.#say(`Sending the file, ${percent} %.`);
    this.#tenth = tenth;
  }

  /** All of it is there; how long the site takes now is not known. */
  check() {
    this.#part("sending-step").textContent = "Checking the beginning of the file";
    this.#part("sending-percent").textContent = "";
    this.#part("sending-pace").textContent = "";
    this.#part("sending-bar").removeAttribute("value");
    this.#say("Sent. The beginning of the file is being checked.");
  }

  #say(text) {
    this.#part("sending-said").textContent = text;
  }

  #part(name) {
    return this.#form.querySelector(`[data-${name}]`);
  }
}
