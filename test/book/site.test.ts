import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { write } from "../../kernel-setup/book/book.mjs";
import { problemLine, readNotebooks } from "../../kernel-setup/book/notebook.mjs";
import { makeSite } from "../../kernel-setup/book/site.mjs";
import { folderOf, notebook, shown, soundPage, svg, type Part } from "./notebooks.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const script = join(root, "kernel-setup", "book.mjs");

/** The site of one page `start.ipynb`, beside a sound one, `3.1-other.ipynb`. */
function siteOf(parts: readonly Part[], others: Readonly<Record<string, object | string>> = {}) {
  const folder = folderOf({
    "start.ipynb": notebook(parts),
    "3.1-other.ipynb": notebook(["# Other\n\n## Break the rules", soundPage[1]!]),
    ...others,
  });
  const { files, problems } = makeSite({ notebooks: folder, checkout: folder });
  const html = String(files.get("index.html"));
  return { folder, files, problems: problems.map(problemLine), html, page: new JSDOM(html).window.document };
}

const ran = soundPage[1]!;

describe("what an author must mend is told with file and cell", () => {
  it.each<[what: string, parts: readonly Part[], problem: string]>([
    ["a link to a chapter that is not there", ["# T\n\n[x](gone.ipynb)", ran], "start.ipynb, cell 1: links to gone.ipynb, which does not exist"],
    ["a link to a heading that is not there", ["# T", ran, "[x](3.1-other.ipynb#Nowhere)"], "start.ipynb, cell 3: links to 3.1-other.ipynb#Nowhere, but there is no such heading"],
    ["a link to a heading of the page that is not there", ["# T\n\n[x](#Nowhere)", ran], "start.ipynb, cell 1: links to #Nowhere, but there is no such heading"],
    ["a dead link in HTML", ["# T\n\n<a href='gone.txt'>x</a>", ran], "start.ipynb, cell 1: links to gone.txt, which does not exist"],
    ["a link out of the checkout", ["# T\n\n[x](../../../etc/hostname)", ran], "start.ipynb, cell 1: links to ../../../etc/hostname, which does not exist"],
    ["a link to a folder", ["# T\n\n[x](.)", ran], "start.ipynb, cell 1: links to ., which is no file"],
    ["a link without encryption", ["# T\n\n[x](http://example.org/)", ran], "start.ipynb, cell 1: links to http://example.org/: only https is allowed"],
    ["a link with nothing to click", ["# T\n\n[](3.1-other.ipynb)", ran], "start.ipynb, cell 1: has a link to 3.1-other.ipynb without a text"],
    ["a picture that is not there", ["# T\n\n![dots](gone.png)", ran], "start.ipynb, cell 1: shows gone.png, which does not exist"],
    ["a picture from elsewhere", ["# T\n\n![dots](https://example.org/a.png)", ran], "start.ipynb, cell 1: shows https://example.org/a.png: images must be files, to be there without a network"],
    ["an attachment that is not there", ["# T\n\n![dots](attachment:a.png)", ran], "start.ipynb, cell 1: shows attachment:a.png, but has no such attachment"],
    ["a picture without a text", ["# T\n\n![](dots.svg)", ran], "start.ipynb, cell 1: shows dots.svg without a text that describes it"],
    ["a picture in HTML without a text", ["# T\n\n<img src='dots.svg'>", ran], "start.ipynb, cell 1: shows dots.svg without a text that describes it"],
    ["a drawn picture without a text", ["# T", { code: "f", outputs: [shown({ "image/svg+xml": "<svg></svg>" })] }], "start.ipynb, cell 2: shows a picture without a text that describes it (<title>)"],
    ["a figure without a still picture", ["# T", { code: "f", outputs: [shown({ "application/vnd.plotly.v1+json": {} })] }], "start.ipynb, cell 2: shows application/vnd.plotly.v1+json without a still form (image/svg+xml or text/html)"],
    ["no title", ["## S", ran], "start.ipynb: has no title (a heading of the first level)"],
    ["two titles", ["# T", ran, "# U"], 'start.ipynb, cell 3: has a second title, "U": a page has one'],
    ["a level left out", ["# T\n\n### S", ran], 'start.ipynb, cell 1: has a heading of level 3, "S", that follows one of level 1'],
    ["a heading before the title", ["## S\n\n# T", ran], 'start.ipynb, cell 1: has a heading of level 2, "S", that comes before the title'],
    ["an empty heading", ["# T\n\n##", ran], "start.ipynb, cell 1: has a heading without a text"],
    ["mathematics that cannot be read", ["# T\n\n$\\frac{1$", ran], "start.ipynb, cell 1: has mathematics that KaTeX cannot read: \\frac{1"],
    ["cells that were not run", ["# T", ran, { code: "2", count: null }], "start.ipynb: was not run when it was stored (cell 3 not): npm run notebooks:store runs it"],
    ["a notebook that was not run", ["# T", { code: "2", count: null }], "start.ipynb: was not run when it was stored (no cell of it): npm run notebooks:store runs it"],
    ["a notebook without outputs", ["# T", { code: "2" }], "start.ipynb: is stored without outputs: npm run notebooks:store puts them in"],
    ["an error that nobody expects", ["# T", { code: "f", outputs: [{ output_type: "error", ename: "TypeError", evalue: "no", traceback: [] }] }], "start.ipynb, cell 2: stores an error (TypeError: no) without the tag raises-exception"],
  ])("%s", (_, parts, problem) => {
    expect(siteOf(parts, { "dots.svg": svg }).problems).toEqual([problem]);
  });

  it("and nothing where nothing is wrong", () => {
    const parts = [
      "# T\n\n[a](3.1-other.ipynb#break-the-rules) [b](https://example.org) [c](#Second-part) [d](notes.txt) ![dots](dots.svg)",
      ran, "## Second part\n\n### Deeper\n\n## Third", { code: "f", tags: ["raises-exception"], outputs: [{ output_type: "error", ename: "E", evalue: "no", traceback: ["E: no"] }] },
    ];
    const { problems, page, files } = siteOf(parts, { "dots.svg": svg, "notes.txt": "x" });
    expect(problems).toEqual([]);
    const links = [...page.querySelectorAll(".prose a:not(.anchor)")].map((link) => link.getAttribute("href"));
    expect(links).toEqual(["3.1-other.html#Break-the-rules", "https://example.org", "#Second-part", "files/notes.txt"]);
    expect(page.querySelector(".prose img")?.getAttribute("src")).toBe("files/dots.svg");
    expect([...files.keys()]).toEqual(expect.arrayContaining(["files/notes.txt", "files/dots.svg"]));
  });
});

describe("a page", () => {
  it("holds what the cells showed, without a script", () => {
    const outputs = [
      { output_type: "stream", name: "stdout", text: ["one\n", "\u001b[31mtwo\u001b[39m"] },
      { output_type: "stream", name: "stderr", text: "careful" },
      shown({ "text/html": "<table><thead><tr><th></th><th scope='col'>n</th></tr></thead></table>", "text/plain": "n" }),
      shown({ "application/vnd.plotly.v1+json": { data: ["</script>"] }, "image/svg+xml": svg, "text/plain": "Nine dots\n1 2" }),
      shown({ "image/svg+xml": svg, "text/plain": "Nine dots" }),
      shown({ "application/vnd.distlab.quiz+json": { question: "?" }, "text/html": "<p>Which?</p>", "text/plain": "Which?" }),
    ];
    const { page } = siteOf(["# T", { code: 'const x: number = 1; // "<b>"', outputs }]);
    expect(page.querySelector(".code pre")?.textContent).toBe('const x: number = 1; // "<b>"');
    expect(page.querySelector(".code .hljs-keyword")?.textContent).toBe("const");
    expect([...page.querySelectorAll(".output.text pre")].map((pre) => pre.textContent)).toEqual(["one\ntwo", "careful"]);
    expect(page.querySelector(".output.html th:empty")).toBe(null);
    const [figure, diagram, quiz] = page.querySelectorAll(".output.picture");
    expect(JSON.parse(figure?.querySelector("script")?.textContent ?? "")).toEqual({ data: ["</script>"] });
    expect(figure?.querySelector("svg title")?.textContent).toBe("Nine dots");
    expect(figure?.querySelector("details summary")?.textContent).toBe("Numbers");
    expect(diagram?.querySelector("details")).toBe(null);
    expect(quiz?.querySelector(".still p")?.textContent).toBe("Which?");
    const ids = [...page.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(diagram?.querySelector("g")?.getAttribute("clip-path")).toBe(`url(#${diagram?.querySelector("clipPath")?.id})`);
  });

  it("has its mathematics set, its code coloured, its Chinese words named, and its folds kept", () => {
    const source = "# T\n\nAn acceptor (接受者) of $n^2$.\n\n```ts\nlet a = 1;\n```\n\n<details><summary>Hint</summary>\n\nCount *them*.\n\n</details>\n\n$$\\sum_i i$$";
    const { page, files } = siteOf([source, ran]);
    expect(page.querySelectorAll(".katex")).toHaveLength(2);
    expect(page.querySelector(".prose .code .hljs-keyword")?.textContent).toBe("let");
    expect(page.querySelector("[lang=zh]")?.textContent).toBe("接受者");
    expect(page.querySelector("details em")?.textContent).toBe("them");
    expect(page.querySelector('link[href="assets/katex/katex.css"]')).not.toBe(null);
    const css = String(files.get("assets/katex/katex.css"));
    const fonts = [...css.matchAll(/url\(([^)]*)\)/g)].map(([, font]) => `assets/katex/${font}`);
    expect(fonts.length).toBeGreaterThan(10);
    for (const font of fonts) expect(files.has(font), font).toBe(true);
  });

  it("folds solutions, with what they show", () => {
    const outputs = [shown({ "text/plain": "42" })];
    const { page } = siteOf(["# T", { code: "f", tags: ["solution"], outputs, hidden: true }, ran]);
    const fold = page.querySelector(".cell > details");
    expect(fold?.querySelector("summary")?.textContent).toBe("Solution");
    expect(fold?.querySelector(".output")?.textContent).toBe("42");
    expect(fold?.querySelector("details")).toBe(null);
  });

  it("leads to the others, by number", () => {
    const sound = notebook(soundPage);
    const { files, page } = siteOf(soundPage, { "3.10-ten.ipynb": sound, "3.2-two.ipynb": sound, "glossary.ipynb": sound });
    const order = [...page.querySelectorAll(".chapters > li > a")].map((link) => link.getAttribute("href"));
    expect(order).toEqual(["index.html", "3.1-other.html", "3.2-two.html", "3.10-ten.html", "glossary.html"]);
    const second = new JSDOM(String(files.get("3.2-two.html"))).window.document;
    expect([...second.querySelectorAll(".ways a")].map((link) => link.getAttribute("href"))).toEqual(["3.1-other.html", "3.10-ten.html"]);
    expect(second.querySelector('[aria-current="page"]')?.getAttribute("href")).toBe("3.2-two.html");
  });

  it("brings large scripts only where something is drawn", () => {
    expect([...siteOf(soundPage).files.keys()].filter((name) => /lab|katex/.test(name))).toEqual([]);
    const outputs = [shown({ "application/vnd.plotly.v1+json": {}, "image/svg+xml": svg })];
    const { files } = siteOf(["# T", { code: "f", outputs }]);
    expect([...files.keys()]).toEqual(expect.arrayContaining(["assets/lab/plotly.js", "assets/lab/remoteEntry.js"]));
  });
});

describe("the search", () => {
  it("finds a section by its text, its code and its beginning, but not what a fold hides", async () => {
    const { files } = siteOf(["# T", "## Votes\n\nA quorum has voted.\n\n<details><summary>Solution</summary>\n\nPersimmon\n\n</details>", { ...(ran as object), code: "persist()" }]);
    const { default: MiniSearch } = await import("minisearch");
    const { index, options } = JSON.parse(/^window\.distlabSearch = (.*);\n$/.exec(String(files.get("assets/search.js")))![1]!);
    const search = MiniSearch.loadJS(index, options);
    const find = (words: string) => search.search(words).map(({ id }) => id);
    expect(find("quorum")).toEqual(["index.html#Votes"]);
    expect(find("quor vote")).toEqual(["index.html#Votes"]);
    expect(find("persist")).toEqual(["index.html#Votes"]);
    expect(find("persimmon")).toEqual([]);
    expect(find("rules")).toEqual(["3.1-other.html#Break-the-rules"]);
  });
});

describe("the course's own notebooks", () => {
  const site = () => makeSite({ notebooks: join(root, "notebooks"), checkout: root });
  const { files, problems, pages } = site();

  it("make a site without a problem", () => {
    expect(problems.map(problemLine)).toEqual([]);
    expect(pages).toBe(readNotebooks(join(root, "notebooks")).length);
  });

  it("make the same bytes each time", () => {
    expect([...site().files]).toEqual([...files]);
  });

  it("make pages whose every reference is a file of the site, and that ask no network", () => {
    for (const [name, content] of files) {
      if (typeof content !== "string" || !name.endsWith(".html")) continue;
      const { document } = new JSDOM(content).window;
      for (const element of document.querySelectorAll("[src], link[href]")) {
        const target = element.getAttribute("src") ?? element.getAttribute("href") ?? "";
        if (!target.startsWith("data:")) expect(files.has(decodeURI(target)), `${name}: ${target}`).toBe(true);
      }
    }
  });
});

describe("the command line", () => {
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: "utf8", cwd: root });
    return { status, output: stdout + stderr };
  };

  it("explains itself", () => {
    expect(run("--help")).toMatchObject({ status: 0, output: expect.stringContaining("--out DIR") });
  });

  it.each([
    [["--opne"], "Unknown option '--opne'"],
    [["--out="], "--out must name a folder"],
    [["chapter"], "Unexpected argument 'chapter'"],
    [["--notebooks", "/nowhere"], "There is no notebook in /nowhere."],
  ])("refuses %j", (args, sentence) => {
    const { status, output } = run(...args);
    expect(output).toContain(sentence);
    expect(status).toBe(1);
  });

  it("writes a site over an earlier one, tells problems in a line each, and then writes nothing", () => {
    const folder = folderOf({ "start.ipynb": notebook(soundPage) });
    const out = join(mkdtempSync(join(tmpdir(), "distlab-site-")), "书 site");
    expect(run("--notebooks", folder, "--out", out)).toMatchObject({ status: 0, output: expect.stringContaining("1 page and the playground, ") });
    writeFileSync(join(out, "old.html"), "");
    expect(run("--notebooks", folder, "--out", out).status).toBe(0);
    expect(existsSync(join(out, "old.html"))).toBe(false);
    const page = readFileSync(join(out, "index.html"), "utf8");
    writeFileSync(join(folder, "start.ipynb"), JSON.stringify(notebook(["# U\n\n[x](gone.ipynb) ![](gone.png)", ran])));
    const { status, output } = run("--notebooks", folder, "--out", out);
    expect(status).toBe(1);
    expect(output).toContain("start.ipynb, cell 1: links to gone.ipynb, which does not exist\n");
    expect(output).toContain("no site was written");
    expect(readFileSync(join(out, "index.html"), "utf8")).toBe(page);
  });

  it("keeps its hands off a folder that holds something else", () => {
    const folder = folderOf({ "thesis.txt": "years" });
    expect(() => write(new Map([["index.html", ""]]), folder)).toThrow("holds something that is no earlier site");
    expect(readdirSync(folder)).toEqual(["thesis.txt"]);
  });

  it("says which file is no notebook", () => {
    const folder = folderOf({ "start.ipynb": "{" });
    expect(run("--notebooks", folder)).toMatchObject({ status: 1, output: expect.stringContaining("start.ipynb is no notebook of format 4.") });
  });
});

it.each(["book.mjs", "workbook.mjs"])("%s can be read by an old Node, to say what it lacks", (name) => {
  const code = readFileSync(join(root, "kernel-setup", name), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  expect(code).not.toMatch(/\?\.|\?\?|\|\|=|&&=|=>|`|#\w|"node:|\bawait\b/);
});

it("the page's script keeps its types, with those of a browser", () => {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const options = "--ignoreConfig --allowJs --checkJs --noEmit --strict --noUncheckedIndexedAccess --target ES2022 --lib ES2022,DOM,DOM.Iterable --types";
  const { stdout, status } = spawnSync(process.execPath, [compiler, ...options.split(" "), "", join(root, "kernel-setup", "book", "site", "book.js")], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});
