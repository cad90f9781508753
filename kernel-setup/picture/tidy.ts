/**
 * Makes a small, self-contained, accessible picture of the svg that Plotly exports: about a third of its bytes.
 *
 * Plotly's export keeps all that the interactive chart needs (layers, drag areas, default styles on every element).
 * None of it can be seen.
 */
import type { DOMWindow } from "jsdom";
import type { Easel, Painting } from "./canvas.js";
import { FONT_FAMILY } from "./letters.js";

/** What a picture says in words. */
export interface Words {
  /** The figure's title, in plain text. */
  readonly title: string;
  /** A text alternative, or "" where the figure gives none. */
  readonly alt: string;
}

/** What `tidy` needs besides the svg. */
export interface TidyOptions {
  readonly words: Words;
  /** Starts every id, so that pictures can stand in one page without taking each other's clip paths. */
  readonly idPrefix: string;
  /** Holds what was painted on canvases. */
  readonly easel: Easel;
  readonly window: DOMWindow;
}

const SVG = "http://www.w3.org/2000/svg";

/** The tidied svg as text. Throws an Error where a position is not a number. */
export function tidy(svg: string, { words, idPrefix, easel, window }: TidyOptions): string {
  const root = new window.DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  if (root.tagName !== "svg") throw new Error("Plotly's export is no svg");
  const elements = [...root.querySelectorAll("*")];
  for (const element of elements) {
    const painting = element.tagName === "image" ? easel.find(element.getAttribute("xlink:href") ?? "") : undefined;
    if (painting !== undefined) element.replaceWith(tiles(element, painting));
  }
  for (const element of root.querySelectorAll("*")) {
    tidyStyle(element);
    tidyAttributes(element);
  }
  removeInvisible(root);
  renameIds(root, idPrefix);
  unwrapGroups(root);
  tidyRoot(root, words);
  const text = new window.XMLSerializer().serializeToString(root);
  const wrong = text.match(/[\w-]+="[^"]*\b(?:NaN|Infinity|undefined)\b[^"]*"/);
  if (wrong !== null) throw new Error(`a position is not a number: ${wrong[0]}`);
  return text;
}

/** A painting as SVG: one path a colour, the tiles beside each other in a row joined to one. */
function tiles(image: Element, painting: Painting): Element {
  const number = (name: string): number => Number(image.getAttribute(name));
  const [scaleX, scaleY] = [number("width") / painting.width, number("height") / painting.height];
  const paths = new Map<string, string[]>();
  const rows = [...painting.tiles].sort((a, b) => a.y - b.y || a.x - b.x);
  for (let i = 0; i < rows.length; i++) {
    const first = rows[i] as Painting["tiles"][number];
    let right = first.x + first.width;
    for (let next = rows[i + 1]; next !== undefined; next = rows[i + 1]) {
      if (next.colour !== first.colour || next.y !== first.y || next.height !== first.height || next.x !== right) break;
      right += next.width;
      i++;
    }
    const d = paths.get(first.colour) ?? [];
    paths.set(first.colour, d);
    const [width, height] = [(right - first.x) * scaleX, first.height * scaleY];
    d.push(
      `M${number("x") + first.x * scaleX},${number("y") + first.y * scaleY}h${width}v${height}h${-width}z`,
    );
  }
  const group = image.ownerDocument.createElementNS(SVG, "g");
  group.setAttribute("class", "crisp"); // no seams between tiles
  for (const [colour, d] of paths) {
    if (/^rgba\(.*,\s*0\)$/.test(colour)) continue; // a hole in the heat map
    const path = image.ownerDocument.createElementNS(SVG, "path");
    path.setAttribute("style", `fill: ${colour.replace(/^rgba\((.*),\s*1\)$/, "rgb($1)")}`);
    path.setAttribute("d", d.join(""));
    group.append(path);
  }
  return group;
}

/** Styles that say what holds anyway. */
const DEFAULT_STYLES = new Map<string, RegExp>([
  ["opacity", /^1$/],
  ["fill-opacity", /^1$/],
  ["stroke-opacity", /^1$/],
  ["vector-effect", /^none$/],
  ["white-space", /^pre$/], // stated once, on the root
  ["text-decoration", /^none$/],
  ["font-weight", /^(normal|400)$/],
  ["font-style", /^normal$/],
  ["font-variant", /^normal$/],
  ["text-transform", /^none$/],
  ["stroke-dasharray", /^none$/],
  ["cursor", /./],
  ["pointer-events", /./],
  ["text-shadow", /^(none|auto)$/],
]);

function tidyStyle(element: Element): void {
  const given = element.getAttribute("style");
  if (given === null) return;
  const styles = new Map(
    splitStyle(given).filter(([name, value]) => DEFAULT_STYLES.get(name)?.test(value) !== true),
  );
  if (unquoted(styles.get("font-family")) === unquoted(FONT_FAMILY)) styles.delete("font-family");
  if (styles.get("stroke-width") === "0px" || styles.get("stroke-width") === "0") {
    for (const name of ["stroke-width", "stroke", "stroke-opacity", "stroke-dasharray"]) styles.delete(name);
  }
  if (styles.get("fill") === "none" || styles.get("fill-opacity") === "0") {
    styles.set("fill", "none");
    styles.delete("fill-opacity");
  }
  if (element.tagName === "g" && styles.get("stroke-miterlimit") === "2") styles.delete("stroke-miterlimit");
  for (const [name, value] of styles) styles.set(name, colourAsHex(value));
  if (styles.size === 0) element.removeAttribute("style");
  else element.setAttribute("style", [...styles].map(([name, value]) => `${name}:${rounded(value)}`).join(";"));
}

/** A style attribute's parts; a semicolon inside quotes does not split. */
function splitStyle(style: string): [string, string][] {
  return (style.match(/(?:[^;"']|"[^"]*"|'[^']*')+/g) ?? []).flatMap((part) => {
    const colon = part.indexOf(":");
    return colon < 0 ? [] : [[part.slice(0, colon).trim(), part.slice(colon + 1).trim()] as [string, string]];
  });
}

function unquoted(family: string | undefined): string | undefined {
  return family?.replace(/["']/g, "");
}

function colourAsHex(value: string): string {
  const rgb = value.match(/^rgb\((\d+), ?(\d+), ?(\d+)\)$/);
  if (rgb === null) return value;
  return `#${rgb.slice(1).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
}

/** Leaves the attributes that SVG draws from; of the classes only `crisp`, as the attribute that it stands for. */
function tidyAttributes(element: Element): void {
  const crisp = /\bcrisp\b/.test(element.getAttribute("class") ?? "");
  for (const { name, value } of [...element.attributes]) {
    if (name === "class" || name.startsWith("data-") || name === "pointer-events" || value === "") {
      element.removeAttribute(name);
    } else if (name === "xml:space" || name.startsWith("xmlns") || name === "dx" || name === "preserveAspectRatio") {
      continue;
    } else if (name === "dy" && parseFloat(value) === 0 && !element.parentElement?.hasAttribute("dy")) {
      element.removeAttribute(name); // but not where it keeps the parent's shift from its first line
    } else if (name === "transform" && /^translate\(0, ?0\)$/.test(value)) element.removeAttribute(name);
    else if (name !== "style" && name !== "id" && name !== "clip-path") element.setAttribute(name, rounded(value));
  }
  if (crisp) element.setAttribute("shape-rendering", "crispEdges");
  if (element.tagName === "tspan") {
    const { parentElement } = element;
    // A line's own x and y are needed where it is not the first: there they say that it starts anew.
    const first = parentElement?.tagName === "text" && element.previousSibling === null;
    if (first && ["x", "y"].every((name) => element.getAttribute(name) === parentElement.getAttribute(name))) {
      element.removeAttribute("x");
      element.removeAttribute("y");
    }
  }
}

/** Numbers with two decimals: a hundredth of a pixel is not seen, and the last digits of floating point differ. */
function rounded(value: string): string {
  if (value.includes("#")) return value; // a colour such as #5e3012 or an id such as #a9e61 is no power of ten
  return value.replace(/-?(?:\d+\.\d+|\.\d+)(?:e[-+]?\d+)?|-?\d+e[-+]?\d+/gi, (number) =>
    String(+Number(number).toFixed(2) || 0),
  );
}

/** Layers without content, shapes without fill and stroke, clip paths that nothing names. */
function removeInvisible(root: Element): void {
  for (const element of [...root.querySelectorAll("path, rect, circle")]) {
    if (element.closest("clipPath, pattern, mask") !== null) continue;
    const style = new Map(splitStyle(element.getAttribute("style") ?? ""));
    const unfilled = style.get("fill") === "none" || element.getAttribute("fill") === "none";
    const unstroked = element.closest("[style*='stroke:'], [stroke]") === null;
    const nowhere = element.tagName === "path" && /^(M0,0Z?)?$/.test(element.getAttribute("d") ?? "");
    if ((unfilled && unstroked) || nowhere || style.get("opacity") === "0") element.remove();
  }
  for (const text of [...root.querySelectorAll("text")]) if (text.textContent?.trim() === "") text.remove();
  const ids = new Set([...root.querySelectorAll("*")].flatMap(references));
  for (const element of [...root.querySelectorAll("clipPath, pattern, linearGradient, radialGradient, mask")]) {
    if (!ids.has(element.id)) element.remove();
  }
  // From the inside out. (jsdom gives "g, defs" grouped by name, "*" in the document's order.)
  for (const element of [...root.querySelectorAll("*")].reverse()) {
    if (/^(g|defs)$/.test(element.tagName) && element.firstElementChild === null) element.remove();
  }
}

/** The ids that an element's attributes point to. */
function references(element: Element): string[] {
  return [...element.attributes].flatMap(({ name, value }) => {
    if (name === "href" || name === "xlink:href") return value.startsWith("#") ? [value.slice(1)] : [];
    return [...value.matchAll(/url\(["']?#([^"')]+)["']?\)/g)].map(([, id]) => id as string);
  });
}

/** Plotly's random ids become numbers, in the order of the document. */
function renameIds(root: Element, prefix: string): void {
  const named = new Set([...root.querySelectorAll("*")].flatMap(references));
  const names = new Map<string, string>();
  for (const element of root.querySelectorAll("[id]")) {
    if (named.has(element.id)) {
      names.set(element.id, `${prefix}-${names.size + 1}`);
      element.id = names.get(element.id) as string;
    } else element.removeAttribute("id");
  }
  for (const element of root.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      const renamed = value.replace(/url\(["']?#([^"')]+)["']?\)/g, (all, id) => {
        const to = names.get(id as string);
        return to === undefined ? (all as string) : `url(#${to})`;
      });
      if (renamed !== value) element.setAttribute(name, renamed);
    }
  }
}

/** A group without attributes groups nothing. */
function unwrapGroups(root: Element): void {
  for (const group of [...root.querySelectorAll("g")].reverse()) {
    if (group.attributes.length === 0) group.replaceWith(...group.childNodes);
  }
}

function tidyRoot(root: Element, { title, alt }: Words): void {
  const [width, height] = ["width", "height"].map((name) => root.getAttribute(name) ?? "0");
  for (const { name } of [...root.attributes]) if (!name.startsWith("xmlns")) root.removeAttribute(name);
  const usesLinks = [...root.querySelectorAll("*")].some((element) => element.hasAttribute("xlink:href"));
  if (!usesLinks) root.removeAttribute("xmlns:xlink");
  for (const [name, value] of Object.entries({
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    style: `font-family:${FONT_FAMILY};white-space:pre;max-width:100%;height:auto`,
  })) {
    root.setAttribute(name, value as string);
  }
  for (const [tag, text] of [["desc", alt], ["title", title]] as const) {
    if (text === "") continue;
    const element = root.ownerDocument.createElementNS(SVG, tag);
    element.textContent = text;
    root.prepend(element);
  }
}
