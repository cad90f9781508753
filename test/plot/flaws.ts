import { JSDOM } from "jsdom";
import { overlap, type Box } from "../../lib/plot/boxes.js";
import type { Diagram } from "../../lib/plot/diagram.js";
import type { Figure } from "../../lib/plot/figure.js";
import { textWidth } from "../../lib/plot/letters.js";

/** What is wrong with a chart, in words: values that JSON cannot hold, tags from data, missing titles and labels. */
export function flawsOf(figure: Figure): string[] {
  const flaws: string[] = [];
  walk("data", figure.data);
  // The alternative text is text and nothing else; all other words go through Plotly, which reads some HTML.
  const { meta, ...layout } = figure.layout as any;
  walk("layout", layout);
  for (const [name, words] of [
    ["title", layout.title?.text],
    ["x axis", layout.xaxis?.title?.text],
    ["y axis", layout.yaxis?.title?.text],
    ["alt", meta?.alt],
  ]) {
    if (typeof words !== "string" || words.trim() === "") flaws.push(`${name} says nothing`);
  }
  if (/undefined|NaN|\[object/.test(figure.text))
    flaws.push(`the text says ${/undefined|NaN|\[object/.exec(figure.text)![0]}`);
  return flaws;

  function walk(path: string, value: unknown): void {
    if (value === undefined) flaws.push(`${path} is undefined`);
    else if (typeof value === "number" && !Number.isFinite(value)) flaws.push(`${path} is ${value}`);
    else if (typeof value === "function") flaws.push(`${path} is a function`);
    else if (typeof value === "string") {
      if (/<(?!br>|extra>|\/extra>)/.test(value)) flaws.push(`${path} has a tag: ${value}`);
      if (/undefined|NaN|\[object/.test(value)) flaws.push(`${path} says ${value}`);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) walk(`${path}.${key}`, item);
    }
  }
}

const { DOMParser } = new JSDOM().window;

/** What is wrong with a diagram, in words: broken XML, numbers that are none, texts that leave the paper or cover each other. */
export function flawsOfDiagram({ svg, text, title, alt }: Diagram): string[] {
  const flaws: string[] = [];
  const document = new DOMParser().parseFromString(svg, "image/svg+xml");
  if (document.querySelector("parsererror") !== null)
    return [`no XML: ${document.querySelector("parsererror")!.textContent}`];
  for (const word of ["undefined", "NaN", "Infinity", "[object"])
    if (svg.includes(word) || text.includes(word)) flaws.push(`says ${word}`);
  const root = document.documentElement;
  if (root.getAttribute("role") !== "img") flaws.push("is no image");
  if (document.querySelector("title")?.textContent !== title) flaws.push("has no title");
  if (document.querySelector("desc")?.textContent !== alt) flaws.push("has no description");
  const [width, height] = [Number(root.getAttribute("width")), Number(root.getAttribute("height"))];
  const boxes = Array.from(document.querySelectorAll("text"), (element) => ({
    words: element.textContent!,
    box: boxOf(element),
  }));
  for (const { words, box } of boxes) {
    const across = Math.abs(box.ux) * box.halfWidth + Math.abs(box.uy) * box.halfHeight;
    const down = Math.abs(box.uy) * box.halfWidth + Math.abs(box.ux) * box.halfHeight;
    if (box.x - across < 0 || box.x + across > width || box.y - down < 0 || box.y + down > height)
      flaws.push(`"${words}" leaves the paper`);
  }
  for (const [i, one] of boxes.entries()) {
    for (const other of boxes.slice(i + 1))
      if (overlap(one.box, other.box)) flaws.push(`"${one.words}" covers "${other.words}"`);
  }
  return flaws;
}

/** The letters' own box: from the height of a small x upwards a little, without the rim around. */
function boxOf(element: Element): Box {
  const size = Number(element.getAttribute("font-size"));
  const half = textWidth(element.textContent!, size, { bold: element.getAttribute("font-weight") === "bold" }) / 2;
  const anchor = element.getAttribute("text-anchor") ?? "start";
  const shift = anchor === "start" ? half : anchor === "end" ? -half : 0;
  const transform = element.getAttribute("transform") ?? "";
  const matrix = /^matrix\(([^)]*)\)/.exec(transform);
  const upwards = /^translate\(([-\d.]+) ([-\d.]+)\) rotate\(-90\)/.exec(transform);
  let [x, y, ux, uy] = [Number(element.getAttribute("x")), Number(element.getAttribute("y")), 1, 0];
  if (matrix !== null)
    [ux, uy, , , x, y] = matrix[1]!.split(" ").map(Number) as [number, number, number, number, number, number];
  if (upwards !== null) [ux, uy, x, y] = [0, -1, Number(upwards[1]), Number(upwards[2])];
  const lift = size * 0.33;
  return {
    x: x + ux * shift + uy * lift,
    y: y + uy * shift - ux * lift,
    halfWidth: half,
    halfHeight: size * 0.36,
    ux,
    uy,
  };
}
