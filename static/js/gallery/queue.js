/** A queue of uploads: at most two at a time; one that fails stops no other. It knows nothing of the page. */

const AT_ONCE = 2;

/** Runs `work(item)` for every item added. */
export class UploadQueue {
  #work;
  #waiting = [];
  #running = 0;

  constructor(work) {
    this.#work = work;
  }

  /** Whether anything waits or runs. */
  get isBusy() {
    return this.#running > 0 || this.#waiting.length > 0;
  }

  /** Puts items at the end. */
  add(items) {
    this.#waiting.push(...items);
    this.#fill();
  }

  #fill() {
    while (this.#running < AT_ONCE && this.#waiting.length > 0) this.#run(this.#waiting.shift());
  }

  async #run(item) {
    this.#running += 1;
    try {
      await this.#work(item);
    } finally {
      this.#running -= 1;
      this.#fill();
    }
  }
}
