import type { Point } from "./boxes.js";
import { escape } from "./escape.js";
import { fontFamily } from "./theme.js";

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

/** The attributes of an element. `fill` and `stroke` name paints; lengths are rounded to a tenth of a pixel. */
export interface Attributes {
  readonly fill?: string;
  readonly stroke?: string;
  readonly [name: string]: string | number | undefined;
}

/** One element: `shape("line", { x1: 0, y1: 0, x2: 9, y2: 9, stroke: "ink" })`. Undefined attributes are left out. */
export function shape(name: string, attributes: Attributes, content?: string): string {
  const classes: string[] = [];
  const written: string[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if ((key === "fill" || key === "stroke") && value !== "none") {
      classes.push(`${key[0]}-${value}`);
      written.push(`${key}="${paints[value]!.light}"`);
    } else written.push(`${key}="${typeof value === "number" ? px(value) : value}"`);
  }
  const open = [name, ...(classes.length === 0 ? [] : [`class="${classes.join(" ")}"`]), ...written].join(" ");
  return content === undefined ? `<${open}/>` : `<${open}>${content}</${name}>`;
}

/** The data of a path from letters and numbers: `path("M", 0, 0, "L", 9, 9)`. */
export function path(...parts: readonly (string | number)[]): string {
  return parts.map((part) => (typeof part === "number" ? px(part) : part)).join(" ");
}

/** The head of an arrow that comes to a point in a direction of length 1; its line should end 6 pixels before. */
export function arrowHead({ x, y }: Point, along: Point, attributes: Attributes): string {
  const corner = (aside: number): readonly [number, number] => [
    x - along.x * 9 - along.y * aside,
    y - along.y * 9 + along.x * aside,
  ];
  return shape("path", { d: path("M", x, y, "L", ...corner(3.8), ...corner(-3.8), "Z"), ...attributes });
}

/** The direction from one point to another, of length 1. */
export function direction(from: Point, to: Point): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.sqrt(dx * dx + dy * dy) || 1;
  return { x: dx / length, y: dy / length };
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
  /** Whether it has a rim of paper, so that lines behind it do not cross it. */
  readonly halo?: boolean;
  readonly opacity?: number;
  /** The direction of its base line, of length 1 (default: to the right). */
  readonly along?: Point;
}

/** One line of text at a place; `y` is its base line. */
export function label(x: number, y: number, words: string, paint: string, options: LabelOptions = {}): string {
  const { size = 12, bold = false, anchor = "start", halo = false, opacity, along = { x: 1, y: 0 } } = options;
  // To the thousandth, which moves the end of a long text by less than a pixel.
  const turn = [along.x, along.y, -along.y, along.x].map((part) => Math.round(part * 1000) / 1000 + 0);
  const level = turn[1] === 0 && turn[0] === 1;
  return shape(
    "text",
    {
      ...(level ? { x, y } : { transform: `matrix(${turn.join(" ")} ${px(x)} ${px(y)})` }),
      "font-size": size,
      "font-weight": bold ? "bold" : undefined,
      "text-anchor": anchor === "start" ? undefined : anchor,
      opacity: opacity === undefined ? undefined : String(opacity),
      fill: paint,
      ...(halo ? { stroke: "paper", "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" } : {}),
    },
    escape(words),
  );
}

/** A whole drawing: paper, title and description for screen readers, the colours of both themes. */
export function drawing(
  {
    title,
    alt,
    width,
    height,
  }: { readonly title: string; readonly alt: string; readonly width: number; readonly height: number },
  body: readonly string[],
): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  const size = `width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"`;
  const shapes = [shape("rect", { width: w, height: h, rx: 6, fill: "paper" }), ...body.filter((part) => part !== "")];
  // An <img> or a page gives the root the class "dark"; where neither does, the picture is light.
  const used = (name: string): boolean => shapes.some((part) => part.includes(name));
  const rules = Object.entries(paints).flatMap(([name, { dark }]) => [
    ...(used(`f-${name}`) ? [`.dark .f-${name}{fill:${dark}}`] : []),
    ...(used(`s-${name}`) ? [`.dark .s-${name}{stroke:${dark}}`] : []),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" ${size} font-family="${fontFamily}">`,
    `<title>${escape(title)}</title>`,
    `<desc>${escape(alt)}</desc>`,
    `<style>${rules.join("")}</style>`,
    ...shapes,
    `</svg>`,
  ].join("\n");
}
