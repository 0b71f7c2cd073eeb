/** The strip's canvas: the picture enlarged to the window, and hatching over what could not be loaded. */

const HATCH_PX = 16;

export class Strip {
  #canvas;
  #context;
  #source = document.createElement("canvas");
  #scan;

  constructor(canvas, scan) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.#scan = scan;
    this.#source.width = scan.thinWidth;
  }

  /** Draws a picture into a window of CSS pixels; `failed` are the spans of rows to hatch. */
  draw(picture, { width, height, ratio }, failed) {
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== w || this.#canvas.height !== h) [this.#canvas.width, this.#canvas.height] = [w, h];
    const context = this.#context;
    const { count, offset, lineHeight } = picture.lines;
    context.clearRect(0, 0, w, h);
    if (!count) return;
    this.#fill(picture, count);
    context.imageSmoothingEnabled = this.#scan.thinWidth > w; // an enlarged value is a plain rectangle
    context.drawImage(this.#source, 0, 0, this.#scan.thinWidth, count, 0, offset, w, count * lineHeight);
    for (const { first, end } of failed) this.#hatch(picture.lines, first, end, w);
  }

  #fill(picture, count) {
    if (this.#source.height < count) this.#source.height = count;
    const cells = count * this.#scan.thinWidth;
    const bytes = new Uint8ClampedArray(picture.pixels.buffer, 0, 4 * cells);
    this.#source.getContext("2d").putImageData(new ImageData(bytes, this.#scan.thinWidth, count), 0, 0);
  }

  #hatch({ first, rowsPerLine, lineHeight, offset }, from, end, width) {
    const yOf = (row) => (row / rowsPerLine - first) * lineHeight + offset;
    const context = this.#context;
    context.fillStyle = this.#pattern();
    context.fillRect(0, yOf(from), width, yOf(end) - yOf(from));
  }

  #pattern() {
    const tile = document.createElement("canvas");
    [tile.width, tile.height] = [HATCH_PX, HATCH_PX];
    const context = tile.getContext("2d");
    for (const [colour, shift] of [["rgb(16 16 16 / 70%)", 0], ["rgb(255 255 255 / 80%)", 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.beginPath();
      for (const x of [-HATCH_PX, 0, HATCH_PX]) {
        context.moveTo(x + shift, HATCH_PX);
        context.lineTo(x + shift + HATCH_PX, 0);
      }
      context.stroke();
    }
    return this.#context.createPattern(tile, "repeat");
  }
}
