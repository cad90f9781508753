import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { JSDOM } from "jsdom";
import { expect, it } from "vitest";

const folder = new URL("../../kernel-setup/lab-extension/", import.meta.url);
const script = fileURLToPath(new URL("static/remoteEntry.js", folder));
const player = fileURLToPath(new URL("static/player.js", folder));
const quiz = fileURLToPath(new URL("static/quiz.js", folder));
const description = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as {
  name: string;
  version: string;
  jupyterlab: { mimeExtension: boolean; _build: { load: string; mimeExtension: string } };
};

it("keeps its types, with those of a browser", () => {
  const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const options = "--ignoreConfig --allowJs --checkJs --noEmit --strict --noUncheckedIndexedAccess --target ES2022 --lib ES2022,DOM,DOM.Iterable";
  const { stdout, status } = spawnSync(process.execPath, [compiler, ...options.split(" "), "--types", "", script, player, quiz], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

it("answers JupyterLab as the container that its package.json promises", async () => {
  const { name, jupyterlab } = description;
  expect(fileURLToPath(new URL(jupyterlab._build.load, folder))).toBe(script);
  const { window } = new JSDOM("<body></body>", { runScripts: "outside-only", url: "http://127.0.0.1/lab" });
  const [jupyter, page] = [window as unknown as Record<string, any>, window.document];
  // As if the page had loaded it by a script element.
  Object.defineProperty(page, "currentScript", { value: { src: "http://127.0.0.1/lab/extensions/static/remoteEntry.js" } });
  jupyter["MutationObserver"] = class { observe(): void {} };
  window.eval(readFileSync(script, "utf8"));

  const container = jupyter["_JUPYTERLAB"][name];
  container.init({ "@lumino/widgets": { "2.7.0": { get: async () => () => ({ Widget: class {} }) } } });
  const module = (await container.get(jupyterlab._build.mimeExtension))();
  expect(module.__esModule).toBe(true);
  const offers = module.default.map(({ rank, dataType, rendererFactory: { safe, mimeTypes } }: any) => ({ rank, dataType, safe, mimeTypes }));
  expect(offers).toEqual([
    { rank: 0, dataType: "json", safe: true, mimeTypes: ["application/vnd.distlab.run+json"] },
    { rank: 0, dataType: "json", safe: true, mimeTypes: ["application/vnd.distlab.quiz+json"] },
    { rank: 0, dataType: "json", safe: true, mimeTypes: ["application/vnd.plotly.v1+json"] },
    { rank: 1, dataType: "string", safe: true, mimeTypes: ["image/svg+xml"] },
  ]);
});

it("says what is missing where JupyterLab shares no widgets", async () => {
  const { window } = new JSDOM("", { runScripts: "outside-only" });
  Object.defineProperty(window.document, "currentScript", { value: { src: "http://127.0.0.1/remoteEntry.js" } });
  window.eval(readFileSync(script, "utf8"));
  const container = (window as unknown as Record<string, any>)["_JUPYTERLAB"][description.name];
  container.init({});
  await expect(container.get("./mimeExtension")).rejects.toThrow("distlab-plotly: JupyterLab shares no @lumino/widgets");
});
