import { expect, it } from "vitest";
import { JSDOM } from "jsdom";
import { boxOf, pageBoxOf, pathLength, pointOnPath } from "../../kernel-setup/picture/geometry.js";
import { textWidth } from "../../kernel-setup/picture/letters.js";

const plain = { size: 10, bold: false, monospace: false };

it.each([
  ["", 0],
  ["iiiii", 11.1],
  ["MMMMM", 41.65],
  ["latency", 2.22 + 5.56 + 2.78 + 5.56 + 5.56 + 5 + 5],
  ["一致性", 30],
  ["é", 5.56],
  ["e\u0301", 5.56],
  ["🙂", 10],
  ["→", 10],
  ["\u200b", 0],
])("%j is as wide as in Helvetica", (text, width) => {
  expect(textWidth(text, plain)).toBeCloseTo(width, 6);
});

it("bold letters are wider, and those of a typewriter all the same", () => {
  expect(textWidth("bold", { ...plain, bold: true })).toBeGreaterThan(textWidth("bold", plain));
  expect(textWidth("iM", { ...plain, monospace: true })).toBe(12);
});

/** The element with id "it" in this svg. */
function element(svg: string): Element {
  const { window } = new JSDOM("");
  const text = `<svg xmlns="http://www.w3.org/2000/svg">${svg}</svg>`;
  return new window.DOMParser().parseFromString(text, "image/svg+xml").querySelector("#it") as Element;
}

const letters = 'style="font-size: 10px"';

it.each([
  ["a rectangle", '<rect id="it" x="1" y="2" width="3" height="4"/>', [1, 2, 4, 6]],
  ["a circle", '<circle id="it" cx="5" cy="5" r="2"/>', [3, 3, 7, 7]],
  ["a line", '<line id="it" x1="5" y1="9" x2="2" y2="3"/>', [2, 3, 5, 9]],
  ["a path, relative steps too", '<path id="it" d="M1,1h4v1e1l-2-3Zm2,2V20"/>', [1, 1, 5, 20]],
  ["a curve's control points", '<path id="it" d="M0,0C1,9,8,9,9,0"/>', [0, 0, 9, 9]],
  ["a group", '<g id="it"><rect width="2" height="2"/><g transform="translate(5,5) scale(2)"><rect width="1" height="1"/></g></g>', [0, 0, 7, 7]],
  ["a text from its start", `<text id="it" x="5" y="20" ${letters}>MM</text>`, [5, 10.95, 21.66, 22.12]],
  ["a text around its middle", `<text id="it" text-anchor="middle" ${letters}>MM</text>`, [-8.33, -9.05, 8.33, 2.12]],
  ["a text before its end", `<g text-anchor="end" ${letters}><text id="it">MM</text></g>`, [-16.66, -9.05, 0, 2.12]],
  [
    "lines of text",
    `<text id="it" ${letters}><tspan x="0" y="0">M</tspan><tspan x="0" y="0" dy="1.3em">MM</tspan></text>`,
    [0, -9.05, 16.66, 15.12],
  ],
  ["small letters raised", `<text id="it" ${letters}>M<tspan style="font-size:50%" dy="-1em">M</tspan></text>`, [0, -9.525, 12.495, 2.12]],
])("the box of %s", (_, svg, [left, top, right, bottom]) => {
  const box = boxOf(element(svg));
  for (const [side, value] of Object.entries({ left, top, right, bottom })) {
    expect(box?.[side as keyof typeof box], side).toBeCloseTo(value as number, 6);
  }
});

it("what draws nothing has no box", () => {
  expect(boxOf(element('<g id="it"/>'))).toBeUndefined();
  expect(boxOf(element('<defs id="it"><rect width="3" height="3"/></defs>'))).toBeUndefined();
});

it("a place on the page is that of all groups around", () => {
  const svg = '<g transform="translate(100,10)"><g transform="rotate(90)"><rect id="it" width="4" height="2"/></g></g>';
  const { left, top, right, bottom } = pageBoxOf(element(svg)) as NonNullable<ReturnType<typeof pageBoxOf>>;
  for (const [i, side] of [left, top, right, bottom].entries()) expect(side).toBeCloseTo([98, 10, 100, 14][i] as number, 6);
});

it("a path of straight lines has a length, and a point at each part of it", () => {
  const path = element('<path id="it" d="M0,0H3V4"/>');
  expect(pathLength(path)).toBe(7);
  expect(pointOnPath(path, 5)).toEqual({ x: 3, y: 2 });
  expect(pointOnPath(path, 99)).toEqual({ x: 3, y: 4 });
});
