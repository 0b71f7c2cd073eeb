/** A part of the photo enlarged while a point is dragged, with a crosshair where the point is. */

const ENLARGED = 5;
const GAP = 4;
const RADIUS = 9;

/** Draws on a canvas over the stage; the photo is made ready once, so that a frame only copies pixels. */
export class Loupe {
  #canvas;
  #image;
  #bitmap = null;
  #context;
  #colours;

  constructor(canvas, image) {
    this.#canvas = canvas;
    this.#image = image;
    this.#context = canvas.getContext("2d", { alpha: false });
    const style = getComputedStyle(canvas);
    this.#colours = ["--outline-dark", "--outline-light"].map((name) => style.getPropertyValue(name));
    this.#prepare();
  }

  /** Shows what is around a place of the photo; `at` is the same place on the stage, `scale` the stage's. */
  show(place, at, { scale, stage }) {
    const side = at.x < stage.width / 2 ? "right" : "left";
    if (this.#canvas.dataset.side !== side) this.#canvas.dataset.side = side;
    if (this.#canvas.hidden) this.#appear();
    this.#draw(place, scale * ENLARGED);
  }

  hide() {
    this.#canvas.hidden = true;
  }

  async #prepare() {
    try {
      await this.#image.decode();
      this.#bitmap = await createImageBitmap(this.#image);
      this.#draw({ x: 0, y: 0 }, ENLARGED); // The first copy takes longest: not while somebody drags.
    } catch {
      // Without the photo, or without memory for it, there is no loupe.
    }
  }

  #appear() {
    this.#canvas.hidden = false;
    const side = this.#canvas.clientWidth * devicePixelRatio;
    if (this.#canvas.width !== side) this.#canvas.width = this.#canvas.height = side;
  }

  #draw(place, enlarged) {
    const { width } = this.#canvas;
    const context = this.#context;
    const scale = enlarged * devicePixelRatio;
    const part = width / scale;
    context.fillStyle = this.#colours[0];
    context.fillRect(0, 0, width, width);
    if (this.#bitmap) {
      context.imageSmoothingEnabled = scale < 2;
      context.drawImage(this.#bitmap, place.x - part / 2, place.y - part / 2, part, part, 0, 0, width, width);
    }
    this.#cross(width / 2);
  }

  #cross(middle) {
    const [gap, radius] = [GAP * devicePixelRatio, RADIUS * devicePixelRatio];
    const context = this.#context;
    for (const [number, colour] of this.#colours.entries()) {
      context.strokeStyle = colour;
      context.lineWidth = (number ? 1 : 3) * devicePixelRatio;
      context.beginPath();
      context.arc(middle, middle, radius, 0, 2 * Math.PI);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        context.moveTo(middle + dx * gap, middle + dy * gap);
        context.lineTo(middle + dx * middle, middle + dy * middle);
      }
      context.stroke();
    }
  }
}
