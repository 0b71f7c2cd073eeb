/** The whole scan, slim, with what is shown framed; the frame is dragged, and follows a press. */

const LEAST_FRAME_PX = 6;

export class Overview {
  #root;
  #canvas;
  #frame;
  #scan;
  #tiles;
  #rowAt;
  #grip = null;

  /** `onMove(row)` is told the row that is wanted in the middle. */
  constructor(root, scan, tiles, onMove) {
    this.#root = root;
    this.#canvas = root.querySelector("canvas");
    this.#frame = root.querySelector("[data-frame]");
    this.#scan = scan;
    this.#tiles = tiles;
    this.#listen(onMove);
  }

  /** Draws the scan in the colours of a table. */
  draw(table) {
    const { thinWidth, levels, homeLevel, blockRows } = this.#scan;
    const { count } = levels[homeLevel];
    if (this.#canvas.height !== count) [this.#canvas.width, this.#canvas.height] = [thinWidth, count];
    const context = this.#canvas.getContext("2d");
    for (let position = 0; position < levels[homeLevel].tileCount; position++) {
      const tile = this.#tiles.peek(homeLevel, position);
      if (!tile) continue;
      const pixels = new Uint32Array(tile.grey.length);
      for (let i = 0; i < pixels.length; i++) pixels[i] = table[tile.grey[i]];
      context.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), thinWidth, tile.count), 0, position * blockRows);
    }
  }

  /** Frames what is shown; `picked` `{first, end}` is marked too. */
  show({ first, end }, height, picked) {
    const pixels = height / this.#scan.rowCount;
    const frame = Math.max((end - first) * pixels, LEAST_FRAME_PX);
    const top = Math.min(Math.max(0, ((first + end) / 2) * pixels - frame / 2), height - frame);
    place(this.#frame, top, frame);
    this.#root.toggleAttribute("data-whole", end - first >= this.#scan.rowCount);
    this.#rowAt = (y) => y / pixels;
    const mark = this.#root.querySelector("[data-picked]");
    mark.hidden = !picked;
    if (picked) place(mark, picked.first * pixels, Math.max((picked.end - picked.first) * pixels, 2));
  }

  #listen(onMove) {
    const yOf = (event) => event.clientY - this.#root.getBoundingClientRect().top;
    this.#root.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.#root.setPointerCapture(event.pointerId);
      const box = this.#frame.getBoundingClientRect();
      const isOnFrame = event.clientY >= box.top && event.clientY <= box.bottom;
      this.#grip = isOnFrame ? event.clientY - (box.top + box.bottom) / 2 : 0;
      onMove(this.#rowAt(yOf(event) - this.#grip));
    });
    this.#root.addEventListener("pointermove", (event) => {
      if (this.#grip !== null) onMove(this.#rowAt(yOf(event) - this.#grip));
    });
    for (const name of ["pointerup", "pointercancel"]) this.#root.addEventListener(name, () => (this.#grip = null));
  }
}

function place(element, top, height) {
  element.style.transform = `translateY(${top}px)`;
  element.style.height = `${height}px`;
}
