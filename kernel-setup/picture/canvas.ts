/**
 * A canvas that remembers instead of painting.
 *
 * Plotly paints heat maps on a canvas and puts them into the picture as PNG. Here the cells stay rectangles: they are
 * sharp at every size, need no rasteriser, and have the same bytes everywhere (a compressor's output has not).
 */

/** One rectangle of one colour, in pixels of its canvas. */
interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** As CSS writes it. */
  readonly colour: string;
}

/** What was painted on one canvas. */
export interface Painting {
  readonly width: number;
  readonly height: number;
  readonly tiles: readonly Tile[];
}

/** At most so many tiles a side are made of an image given pixel by pixel (a smoothed heat map). */
const TILES_A_SIDE = 72;

/** Gives every canvas of a window the remembering context; a painting is found by the address the canvas was given. */
export class Easel {
  readonly #paintings = new Map<string, Painting>();

  /** Replaces the window's canvas contexts (which jsdom has none of). WebGL stays away: what needs it is refused. */
  constructor(window: { HTMLCanvasElement: { prototype: HTMLCanvasElement } }) {
    const contexts = new WeakMap<HTMLCanvasElement, Recorder>();
    const easel = this;
    Object.assign(window.HTMLCanvasElement.prototype, {
      getContext(this: HTMLCanvasElement, kind: string) {
        if (kind !== "2d") return null;
        const context = contexts.get(this) ?? new Recorder(this);
        contexts.set(this, context);
        return context;
      },
      toDataURL(this: HTMLCanvasElement) {
        const address = `painting:${easel.#paintings.size}`;
        const { width, height } = this;
        easel.#paintings.set(address, { width, height, tiles: contexts.get(this)?.tiles ?? [] });
        return address;
      },
    });
  }

  /** The painting that a canvas called by this address, if there is one. */
  find(address: string): Painting | undefined {
    return this.#paintings.get(address);
  }

  /** Forgets all paintings. */
  clear(): void {
    this.#paintings.clear();
  }
}

/** The part of a 2D context that heat maps use. */
class Recorder {
  readonly tiles: Tile[] = [];
  readonly canvas: HTMLCanvasElement;
  fillStyle = "rgba(0,0,0,1)";

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    // Plotly paints from right to left where an axis is reversed: then width or height is negative.
    this.tiles.push({
      x: Math.min(x, x + width),
      y: Math.min(y, y + height),
      width: Math.abs(width),
      height: Math.abs(height),
      colour: this.fillStyle,
    });
  }

  createImageData(width: number, height: number): { width: number; height: number; data: Uint8ClampedArray } {
    return { width, height, data: new Uint8ClampedArray(width * height * 4) };
  }

  putImageData(image: { width: number; height: number; data: Uint8ClampedArray }): void {
    const step = Math.max(1, Math.ceil(Math.max(image.width, image.height) / TILES_A_SIDE));
    for (let y = 0; y < image.height; y += step) {
      for (let x = 0; x < image.width; x += step) {
        const [middleX, middleY] = [x + (step >> 1), y + (step >> 1)];
        const at = 4 * (Math.min(middleY, image.height - 1) * image.width + Math.min(middleX, image.width - 1));
        const [r = 0, g = 0, b = 0, a = 0] = image.data.subarray(at, at + 4);
        this.tiles.push({
          x,
          y,
          width: Math.min(step, image.width - x),
          height: Math.min(step, image.height - y),
          colour: `rgba(${r},${g},${b},${+(a / 255).toFixed(2)})`,
        });
      }
    }
  }
}
