import { sentence } from "./figure.js";
import { escape } from "./escape.js";
import { showsItself, type Bundle } from "./display.js";
import { shorten, textWidth, wrap } from "./letters.js";
import { fontFamily } from "./theme.js";

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

/** A colour in the light theme and in the dark one. */
interface Paint {
  readonly light: string;
  readonly dark: string;
}

/**
 * What things are painted with. Text has a contrast of at least 4.5:1 with the paper in both themes (WCAG 2.2, 1.4.3).
 * The light colours are attributes and the dark ones rules, so that a viewer that strips styles shows the light picture.
 */
export const paints: Readonly<Record<string, Paint>> = {
  paper: { light: "#ffffff", dark: "#111111" },
  ink: { light: "#1f2328", dark: "#e6e8eb" },
  quiet: { light: "#59636e", dark: "#a9b2bc" },
  rule: { light: "#e3e7eb", dark: "#2f353b" },
  shade: { light: "#eceff2", dark: "#262b30" },
  alarm: { light: "#b42318", dark: "#ff8f86" },
  cut: { light: "#fdf0d5", dark: "#3a2f14" },
  c0: { light: "#0b5fa5", dark: "#6cb6ff" },
  c1: { light: "#b04a00", dark: "#f5a667" },
  c2: { light: "#00714e", dark: "#4fd0a5" },
  c3: { light: "#9a3d7a", dark: "#ee9ccb" },
  c4: { light: "#5f46ad", dark: "#b9a6ff" },
  c5: { light: "#7a5600", dark: "#e3c25b" },
  c6: { light: "#4a5560", dark: "#c3ccd5" },
};

/** How many colours there are for things of different kinds. */
export const hueCount = 7;

/** The paint of the n-th kind of thing. */
export function hue(n: number): string {
  return `c${n % hueCount}`;
}

/** Attributes that fill with a paint. */
export function fill(paint: string): string {
  return `class="f-${paint}" fill="${paints[paint]!.light}"`;
}

/** Attributes that draw a line with a paint. */
export function stroke(paint: string): string {
  return `class="s-${paint}" stroke="${paints[paint]!.light}"`;
}

/** Attributes that fill with a paint, with a rim of paper around, so that a line behind a text does not cross it. */
export function haloed(paint: string): string {
  return `class="f-${paint} s-paper" fill="${paints[paint]!.light}" stroke="${paints["paper"]!.light}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`;
}

/** A coordinate: to a tenth of a pixel, and never "-0". */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10 + 0);
}

/** How a text stands. */
export interface LabelOptions {
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle" | "end";
  /** Whether lines behind it keep off. */
  readonly halo?: boolean;
}

/** One line of text at a place; `y` is its base line. */
export function label(x: number, y: number, words: string, paint: string, { size = 12, bold = false, anchor = "start", halo = false }: LabelOptions = {}): string {
  const anchored = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  const weight = bold ? ` font-weight="bold"` : "";
  return `<text x="${px(x)}" y="${px(y)}" font-size="${size}"${weight}${anchored} ${halo ? haloed(paint) : fill(paint)}>${escape(words)}</text>`;
}

/** The head of a drawing: its title in bold lines, its notes in small ones; returns the height that it takes. */
export function heading({ title, notes, width }: { readonly title: string; readonly notes: readonly string[]; readonly width: number }): { readonly svg: string; readonly height: number } {
  const parts: string[] = [];
  let y = 8;
  for (const line of wrap(title, width - 2 * pad, 15, { bold: true })) parts.push(label(pad, (y += 19), line, "ink", { size: 15, bold: true }));
  for (const line of notes.flatMap((note) => wrap(note, width - 2 * pad, 12))) parts.push(label(pad, (y += 16), line, "quiet", { size: 12 }));
  return { svg: parts.join("\n"), height: y + 8 };
}

/** The distance of texts from the edge of a drawing. */
export const pad = 16;

/** A whole drawing: paper, title for screen readers, colours of both themes. */
export function document({ title, alt, width, height, body }: { readonly title: string; readonly alt: string; readonly width: number; readonly height: number; readonly body: readonly string[] }): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  const used = (name: string): boolean => body.some((part) => part.includes(name));
  const rules = Object.entries(paints).flatMap(([name, { dark }]) => [
    ...(name === "paper" || used(`f-${name}`) ? [`.dark .f-${name}{fill:${dark}}`] : []),
    ...(used(`s-${name}`) ? [`.dark .s-${name}{stroke:${dark}}`] : []),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="${fontFamily}">`,
    `<title>${escape(title)}</title>`,
    `<desc>${escape(alt)}</desc>`,
    `<style>${rules.join("")}</style>`,
    `<rect width="${w}" height="${h}" rx="6" ${fill("paper")}/>`,
    ...body.filter((part) => part !== ""),
    `</svg>`,
  ].join("\n");
}

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
export function legend(entries: readonly LegendEntry[], { x, y, width }: { readonly x: number; readonly y: number; readonly width: number }): { readonly svg: string; readonly height: number } {
  const parts: string[] = [];
  let [left, top] = [x, y + 12];
  for (const { sample, words } of entries) {
    const said = shorten(words, width - 60, 11.5);
    const takes = 36 + textWidth(said, 11.5) + 18;
    if (left > x && left + takes - 18 > x + width) {
      left = x;
      top += 20;
    }
    parts.push(`<g transform="translate(${px(left + 14)} ${px(top)})">${sample}</g>`, label(left + 34, top + 4, said, "quiet", { size: 11.5 }));
    left += takes;
  }
  return { svg: parts.join("\n"), height: entries.length === 0 ? 0 : top + 14 - y };
}
