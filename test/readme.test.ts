import { existsSync, readFileSync, writeFileSync } from "node:fs";
import MarkdownIt from "markdown-it";
import { describe, expect, it } from "vitest";
import { acceptor, proposer } from "../lib/paxos.js";
import { sequence } from "../lib/plot.js";
import { ids, simulate } from "../lib/sim.js";

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
const rewrite = Boolean(process.env["REWRITE"]);
const write = (file: string, text: string): void => writeFileSync(new URL(`../${file}`, import.meta.url), text);

/** The run that the README shows and prints. */
function quietRun() {
  const a = acceptor();
  return simulate({
    seed: 42,
    nodes: { p1: proposer({ acceptors: ids("a1", "a2", "a3") }), a1: a, a2: a, a3: a },
    network: { latency: [5, 15] },
    requests: [{ at: 0, node: "p1", request: { kind: "propose", value: "x" } }],
  });
}

describe("README.md", () => {
  it("prints the fingerprint of its run (REWRITE=1 prints it anew)", () => {
    const line = `run.hash; // "${quietRun().hash}"`;
    if (rewrite) write("README.md", read("README.md").replace(/run\.hash; \/\/ ".*"/, line));
    expect(read("README.md")).toContain(line);
  });

  it("shows its run as it is drawn now (REWRITE=1 draws it anew)", () => {
    const picture = sequence(quietRun().trace, { title: "Two round trips choose a value" }).bundle()["image/svg+xml"] as string;
    if (rewrite) write(".github/quiet-run.svg", picture);
    expect(read(".github/quiet-run.svg")).toBe(picture);
  });

  it("links to files that are there, and lists every chapter", () => {
    const links = new MarkdownIt().parse(read("README.md"), {}).flatMap(({ children }) => children ?? []).flatMap(({ attrs }) => attrs ?? []);
    const targets = links.filter(([name]) => name === "href" || name === "src").map(([, target]) => target);
    expect(targets.filter((target) => !existsSync(new URL(`../${target}`, import.meta.url)))).toEqual([]);
    expect(targets).toEqual(expect.arrayContaining(["notebooks/start.ipynb", "notebooks/3.1.1-paxos.ipynb"]));
  });

  it("names only commands that there are", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = Array.from(read("README.md").matchAll(/npm (?:run )?([a-z][a-z:]*)/g), ([, name]) => name!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
