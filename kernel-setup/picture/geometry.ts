/**
 * The boxes of SVG elements, which a browser knows from its layout and jsdom does not know at all.
 * Plotly asks for them to place legends, titles, tick labels and annotations.
 */
import { ASCENT, DESCENT, textWidth, type Font } from "./letters.js";

/** An upright rectangle, in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The box of an element in its own coordinates (SVG's `getBBox`), or nothing where it draws nothing. */
export function boxOf(element: Element): Box | undefined {
  switch (element.tagName) {
    case "text":
    case "tspan":
      return textBox(element);
    case "rect":
    case "image":
    case "svg": {
      const left = numberOf(element, "x");
      const top = numberOf(element, "y");
      return { left, top, right: left + numberOf(element, "width"), bottom: top + numberOf(element, "height") };
    }
    case "circle": {
      const x = numberOf(element, "cx");
      const y = numberOf(element, "cy");
      const r = numberOf(element, "r");
      return { left: x - r, top: y - r, right: x + r, bottom: y + r };
    }
    case "line":
      return around([
        [numberOf(element, "x1"), numberOf(element, "y1")],
        [numberOf(element, "x2"), numberOf(element, "y2")],
      ]);
    case "path":
      return around(pathPoints(element.getAttribute("d") ?? ""));
    case "g":
    case "a":
      return union([...element.children].map((child) => moved(boxOf(child), transformOf(child))));
    default:
      return undefined; // clip paths, gradients, titles: they take no room
  }
}

/** The box of an element on the page (`getBoundingClientRect`): all transforms up to the outermost svg applied. */
export function pageBoxOf(element: Element): Box | undefined {
  let box = boxOf(element);
  for (let at: Element | null = element; at !== null && at.tagName !== "svg"; at = at.parentElement) {
    box = moved(box, transformOf(at));
  }
  return box;
}

/** The length of all the text in an element, as if it were one line, in CSS pixels. */
export function textLengthOf(element: Element): number {
  return textWidth(element.textContent ?? "", fontOf(element));
}

/** The length of a path, in CSS pixels: exact for straight lines, which is what the shafts of arrows are. */
export function pathLength(path: Element): number {
  const points = pathPoints(path.getAttribute("d") ?? "");
  return points.reduce((sum, to, i) => sum + distance(points[i - 1] ?? to, to), 0);
}

/** The point of a path that is so many CSS pixels away from its start. */
export function pointOnPath(path: Element, length: number): { x: number; y: number } {
  const points = pathPoints(path.getAttribute("d") ?? "");
  let left = length;
  for (const [i, to] of points.entries()) {
    const from = points[i - 1] ?? to;
    const side = distance(from, to);
    if (left < side) return { x: from[0] + ((to[0] - from[0]) * left) / side, y: from[1] + ((to[1] - from[1]) * left) / side };
    left -= side;
  }
  const [x, y] = points.at(-1) ?? [0, 0];
  return { x, y };
}

function distance(from: readonly [number, number], to: readonly [number, number]): number {
  return Math.hypot(to[0] - from[0], to[1] - from[1]);
}

/** A text is one or more lines; a line starts where a tspan has an x, and is anchored at that x. */
function textBox(element: Element): Box | undefined {
  const boxes: (Box | undefined)[] = [];
  const anchor = inherited(element, "text-anchor") ?? "start";
  let line = { x: numberOf(element, "x"), y: numberOf(element, "y"), width: 0, top: 0, bottom: 0, empty: true };
  const endLine = (): void => {
    if (line.empty) return;
    const left = line.x - (anchor === "middle" ? line.width / 2 : anchor === "end" ? line.width : 0);
    boxes.push({ left, top: line.top, right: left + line.width, bottom: line.bottom });
  };
  const walk = (node: Element): void => {
    const font = fontOf(node);
    const dy = emOrPixels(node.getAttribute("dy"), font.size);
    if (node.hasAttribute("x") && node !== element) {
      endLine();
      const y = node.hasAttribute("y") ? numberOf(node, "y") : line.y;
      line = { x: numberOf(node, "x"), y: y + dy, width: 0, top: 0, bottom: 0, empty: true };
    } else {
      line.y += dy;
    }
    line.x += emOrPixels(node.getAttribute("dx"), font.size);
    for (const child of node.childNodes) {
      if (child.nodeType === 1) walk(child as Element);
      else if (child.nodeType === 3) {
        const top = line.y - ASCENT * font.size;
        const bottom = line.y + DESCENT * font.size;
        line.top = line.empty ? top : Math.min(line.top, top);
        line.bottom = line.empty ? bottom : Math.max(line.bottom, bottom);
        line.width += textWidth(child.nodeValue ?? "", font);
        line.empty = false;
      }
    }
  };
  walk(element);
  endLine();
  return union(boxes);
}

function fontOf(element: Element): Font {
  const size = inherited(element, "font-size");
  const weight = inherited(element, "font-weight") ?? "";
  return {
    size: size?.endsWith("%")
      ? (fontOf(element.parentElement as Element).size * parseFloat(size)) / 100
      : parseFloat(size ?? "12"),
    bold: weight === "bold" || Number(weight) >= 600,
    monospace: /mono|courier/i.test(inherited(element, "font-family") ?? ""),
  };
}

/** A property as the element or the nearest of its ancestors writes it, in its style or as an attribute. */
function inherited(element: Element, property: string): string | undefined {
  for (let at: Element | null = element; at !== null && at.tagName !== "svg"; at = at.parentElement) {
    const style = at.getAttribute("style");
    const found = style?.match(new RegExp(`(?:^|;)\\s*${property}:\\s*([^;]+)`));
    const value = found?.[1]?.trim() ?? at.getAttribute(property);
    if (value) return value;
  }
  return undefined;
}

function numberOf(element: Element, attribute: string): number {
  return parseFloat(element.getAttribute(attribute) ?? "0") || 0;
}

function emOrPixels(length: string | null, fontSize: number): number {
  if (!length) return 0;
  return length.endsWith("em") ? parseFloat(length) * fontSize : parseFloat(length) || 0;
}

/** x' = a x + c y + e, y' = b x + d y + f: the six numbers of SVG's `matrix`. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

function transformOf(element: Element): Matrix {
  let all: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [, name, args] of (element.getAttribute("transform") ?? "").matchAll(/(\w+)\s*\(([^)]*)\)/g)) {
    const [p = 0, q, r = 0, s = 0, t = 0, u = 0] = (args as string).split(/[\s,]+/).filter(Boolean).map(Number);
    if (name === "translate") all = times(all, [1, 0, 0, 1, p, q ?? 0]);
    else if (name === "scale") all = times(all, [p, 0, 0, q ?? p, 0, 0]);
    else if (name === "matrix") all = times(all, [p, q ?? 0, r, s, t, u]);
    else if (name === "rotate") {
      const [cos, sin] = [Math.cos((p * Math.PI) / 180), Math.sin((p * Math.PI) / 180)];
      const [x, y] = [q ?? 0, r];
      all = times(all, [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y]);
    }
  }
  return all;
}

function times([a, b, c, d, e, f]: Matrix, [p, q, r, s, t, u]: Matrix): Matrix {
  return [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f];
}

function moved(box: Box | undefined, [a, b, c, d, e, f]: Matrix): Box | undefined {
  if (box === undefined) return undefined;
  const corners = [
    [box.left, box.top],
    [box.right, box.top],
    [box.left, box.bottom],
    [box.right, box.bottom],
  ] as const;
  return around(corners.map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]));
}

function union(boxes: readonly (Box | undefined)[]): Box | undefined {
  const there = boxes.filter((box) => box !== undefined);
  return around(
    there.flatMap((box) => [
      [box.left, box.top],
      [box.right, box.bottom],
    ]),
  );
}

function around(points: readonly (readonly [number, number])[]): Box | undefined {
  if (points.length === 0) return undefined;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return { left, top, right, bottom };
}

/** The corners and control points of a path, and the ends of its arcs: tight for straight lines, near enough for curves. */
function pathPoints(d: string): [number, number][] {
  const points: [number, number][] = [];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  for (const [, command, args] of d.matchAll(/([MLHVCSQTAZ])([^MLHVCSQTAZ]*)/gi)) {
    const kind = (command as string).toUpperCase();
    const numbers = ((args as string).match(/-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number);
    const step = { M: 2, L: 2, T: 2, H: 1, V: 1, Q: 4, S: 4, C: 6, A: 7 }[kind];
    if (step === undefined) [x, y] = [startX, startY];
    else {
      for (let at = 0; at + step <= numbers.length; at += step) {
        const part = numbers.slice(at, at + step) as [number, number, ...number[]];
        const [fromX, fromY] = kind === command ? [0, 0] : [x, y];
        if (kind === "H") x = fromX + part[0];
        else if (kind === "V") y = fromY + part[0];
        else {
          for (let i = 0; kind !== "A" && i < step - 2; i += 2) {
            points.push([fromX + (part[i] as number), fromY + (part[i + 1] as number)]);
          }
          [x, y] = [fromX + (part[step - 2] as number), fromY + (part[step - 1] as number)];
        }
        if (kind === "M" && at === 0) [startX, startY] = [x, y];
        points.push([x, y]);
      }
    }
  }
  return points;
}
