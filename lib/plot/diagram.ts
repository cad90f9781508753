import { showsItself, type Bundle } from "./display.js";
import { sentence } from "./figure.js";
import { shorten, textWidth, wrap } from "./letters.js";
import { label, px, shape } from "./svg.js";

/** The parts of a diagram. */
export interface DiagramParts {
  readonly title: string;
  readonly alt: string;
  readonly notes: readonly string[];
  readonly svg: string;
  readonly text: string;
}

/**
 * A picture of our own drawing as SVG, with one sentence that says what it shows and its content as text. As the last
 * value of a cell, or by `show(diagram)`, a notebook shows it, in the colours of its theme.
 */
export class Diagram {
  readonly kind = "diagram" as const;
  /** The finding. */
  readonly title: string;
  /** What the picture shows, in a sentence, for those who do not see it. */
  readonly alt: string;
  /** What was left out or changed for the drawing. */
  readonly notes: readonly string[];
  /** The picture: a whole SVG document, the same bytes on every machine. */
  readonly svg: string;
  /** The content of the picture as lines of text. */
  readonly text: string;

  constructor({ title, alt, notes, svg, text }: DiagramParts) {
    this.title = title;
    this.alt = alt;
    this.notes = notes;
    this.svg = svg;
    this.text = text;
  }

  /** Both forms of the diagram, keyed by MIME type. */
  bundle(): Bundle {
    return { "image/svg+xml": this.svg, "text/plain": this.text };
  }

  static {
    showsItself(this.prototype);
  }
}

/** The head of a drawing: its title in bold lines, its notes in small ones; returns the height that it takes. */
export function heading(title: string, notes: readonly string[], width: number): Piece {
  const parts: string[] = [];
  let y = 8;
  for (const line of wrap(title, width - 2 * pad, 15, { bold: true })) {
    parts.push(label(pad, (y += 19), line, "ink", { size: 15, bold: true }));
  }
  for (const line of notes.flatMap((note) => wrap(note, width - 2 * pad, 12))) {
    parts.push(label(pad, (y += 16), line, "quiet", { size: 12 }));
  }
  return { svg: parts.join("\n"), height: y + 8 };
}

/** A part of a drawing over its whole width. */
export interface Piece {
  readonly svg: string;
  readonly height: number;
}

/** The distance of texts from the edge of a drawing. */
export const pad = 16;

/** One sentence for screen readers: the finding, and what is drawn. */
export function altText(title: string, drawn: string): string {
  return `${sentence(title)} ${sentence(drawn)}`;
}

/** One entry of a legend: a small picture of 28 by 14 pixels around (0, 0), and words. */
export interface LegendEntry {
  readonly sample: string;
  readonly words: string;
}

/** Legend entries in as many lines as they need, from `y` downwards. */
export function legend(entries: readonly LegendEntry[], y: number, width: number): Piece {
  const parts: string[] = [];
  let [left, top] = [pad, y + 12];
  for (const { sample, words } of entries) {
    const said = shorten(words, width - 2 * pad - 60, 11.5);
    const takes = 36 + textWidth(said, 11.5) + 18;
    if (left > pad && left + takes - 18 > width - pad) {
      left = pad;
      top += 20;
    }
    parts.push(
      shape("g", { transform: `translate(${px(left + 14)} ${px(top)})` }, sample),
      label(left + 34, top + 4, said, "quiet", { size: 11.5 }),
    );
    left += takes;
  }
  return { svg: parts.join("\n"), height: entries.length === 0 ? 0 : top + 14 - y };
}
