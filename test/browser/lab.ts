/** JupyterLab with our kernel and lab extension, in a folder of its own, and a browser on it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { writeJupyterFiles } from "../../kernel-setup/setup/kernelspec.mjs";
import { configFolder, jupyterEnvironment } from "../../kernel-setup/setup/project.mjs";
import { venvPython } from "../../kernel-setup/setup/python.mjs";

/** Where screenshots go: environment variable DISTLAB_ARTEFACTS, or a new folder among the temporary files. */
export const artefacts = process.env["DISTLAB_ARTEFACTS"] ?? mkdtempSync(join(tmpdir(), "distlab-screens-"));
mkdirSync(artefacts, { recursive: true });

/** The browser, without looking for updates and without a sandbox (which root has not). */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`no Chromium at ${executablePath}: install it (apt-get install chromium) or name it in CHROMIUM`);
  }
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

/** A running JupyterLab. */
export interface Lab {
  /** The folder that it shows; notebooks are put here. */
  readonly folder: string;
  /** Opens a notebook of the folder in a new page, and waits until its cells and its kernel are there. */
  open(browser: Browser, notebook: string): Promise<LabPage>;
  /** Ends the kernels of all notebooks; those that are opened next get new ones. */
  stopKernels(): Promise<void>;
  /** Stops the server and removes its folder. */
  close(): Promise<void>;
}

/**
 * Starts JupyterLab as `npm start` does, but on a temporary folder and with all of its state in there. All cells stand
 * in the page at once, so that one screenshot holds them; `windowed`, it keeps only those near the view, its default.
 */
export async function startLab({ windowed = false }: { windowed?: boolean } = {}): Promise<Lab> {
  const home = mkdtempSync(join(tmpdir(), "distlab-lab-"));
  const folder = join(home, "notebooks");
  const settings = join(home, "settings");
  mkdirSync(folder);
  writeJupyterFiles(join(home, "share"));
  const tracker = join(settings, "@jupyterlab", "notebook-extension");
  mkdirSync(tracker, { recursive: true });
  if (!windowed) writeFileSync(join(tracker, "tracker.jupyterlab-settings"), '{ "windowingMode": "none" }');
  const port = await freePort();
  const token = "distlab-browser-test";
  const server = spawn(
    venvPython,
    [
      "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", `--ServerApp.port=${port}`,
      "--ServerApp.port_retries=0", `--IdentityProvider.token=${token}`, `--ServerApp.root_dir=${folder}`,
      "--LabApp.expose_app_in_browser=True",
    ],
    {
      env: {
        ...jupyterEnvironment(),
        JUPYTER_PATH: join(home, "share"),
        JUPYTER_DATA_DIR: join(home, "data"),
        JUPYTER_CONFIG_DIR: configFolder,
        JUPYTER_RUNTIME_DIR: join(home, "runtime"),
        JUPYTERLAB_SETTINGS_DIR: settings,
        JUPYTERLAB_WORKSPACES_DIR: join(home, "workspaces"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const address = `http://127.0.0.1:${port}`;
  await answers(`${address}/api/status?token=${token}`, server);
  return {
    folder,
    open: (browser, notebook) => openNotebook(browser, `${address}/lab/tree/${encodeURIComponent(notebook)}?reset&token=${token}`),
    async stopKernels() {
      const sessions = (await (await fetch(`${address}/api/sessions?token=${token}`)).json()) as { id: string }[];
      await Promise.all(sessions.map(({ id }) => fetch(`${address}/api/sessions/${id}?token=${token}`, { method: "DELETE" })));
    },
    async close() {
      // The server stops its kernels before it ends.
      const ended = once(server, "exit");
      server.kill("SIGTERM");
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

/** Waits until the server answers; its own words are the reason where it does not. */
async function answers(address: string, server: ChildProcess): Promise<void> {
  let said = "";
  for (const stream of [server.stdout, server.stderr]) stream?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; ) {
    if (server.exitCode !== null) break;
    const response = await fetch(address).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  server.kill();
  throw new Error(`JupyterLab did not start. It said:\n${said.slice(-3000)}`);
}

/** What a page shows of one output of a notebook. */
export interface Shown {
  /** The cell's place in the notebook, from 0. */
  readonly cell: number;
  /** The forms that the output has. */
  readonly mimes: readonly string[];
  /** "chart" for a drawn Plotly chart, "player" for a run to step through, "image" for a loaded picture, or "empty". */
  readonly as: "chart" | "player" | "image" | "empty";
  /** What screen readers say. */
  readonly label: string;
  /** The width and height on the page, in CSS pixels. */
  readonly size: readonly [number, number];
}

/** A notebook in JupyterLab in a browser. */
export class LabPage {
  /** Errors of the page, without those that JupyterLab causes by itself. */
  readonly errors: string[] = [];
  /** How often JupyterLab complained that the kernel has no debugger: it does so once a cell, for every such kernel. */
  debuggerComplaints = 0;
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    const note = (message: string): void => {
      if (message.includes("No active debugger session")) this.debuggerComplaints++;
      else this.errors.push(message);
    };
    page.on("console", (message) => {
      if (message.type() === "error") note(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => note(`${error.message}\n${error.stack ?? ""}`));
  }

  /** Waits until the notebook's cells and its kernel are there, and puts the side bars away. */
  async ready(): Promise<void> {
    const panel = "globalThis.jupyterapp?.shell.currentWidget";
    await this.page.waitForFunction(
      `${panel}?.content?.widgets?.length > 0 && ${panel}.sessionContext?.session?.kernel?.status === "idle"`,
      undefined,
      { timeout: 60_000 },
    );
    await this.page.evaluate("jupyterapp.shell.collapseLeft(); jupyterapp.shell.collapseRight();");
    await this.theme("light"); // JupyterLab remembers the one of the last page
  }

  /** Runs all cells; resolves when the last one has run, with true if all went well. */
  async runAll(): Promise<boolean> {
    const ok = await this.command("notebook:run-all-cells");
    await this.idle();
    return ok as boolean;
  }

  /** The errors that stand in the notebook's outputs, one a cell. */
  failures(): Promise<string[]> {
    return this.evaluate((panel) =>
      panel.content.widgets.flatMap((cell: any, index: number) =>
        cell.model.type !== "code" ? [] : cell.model.outputs.toJSON().flatMap((output: any) =>
          output.output_type === "error" ? [`cell ${index}: ${output.ename}: ${output.evalue}`] : [],
        ),
      ),
    );
  }

  /** Runs one cell. */
  async runCell(index: number): Promise<void> {
    await this.page.evaluate((at) => {
      (globalThis as any).jupyterapp.shell.currentWidget.content.activeCellIndex = at;
    }, index);
    await this.command("notebook:run-cell");
    await this.idle();
  }

  /** Puts the cursor into a cell, and presses a key there. */
  async edit(index: number, key: string): Promise<void> {
    await this.page.locator(".jp-Cell").nth(index).locator(".cm-content").click();
    await this.page.keyboard.press(key);
  }

  /** Waits until no cell waits or runs. */
  async idle(): Promise<void> {
    await this.page.waitForFunction(
      () => [...document.querySelectorAll(".jp-InputPrompt")].every((prompt) => prompt.textContent?.includes("*") !== true),
      undefined,
      { timeout: 180_000 },
    );
    await this.settle();
  }

  /** Switches JupyterLab's theme. */
  async theme(theme: "light" | "dark"): Promise<void> {
    const isThere = (): Promise<unknown> => this.page.waitForFunction(
      (light) => document.body.dataset["jpThemeLight"] === light,
      theme === "light" ? "true" : "false",
      { timeout: 10_000 },
    );
    const change = (): Promise<unknown> => this.command("apputils:change-theme", { theme: theme === "dark" ? "JupyterLab Dark" : "JupyterLab Light" });
    await change();
    // A change that comes while JupyterLab still loads its first theme can be lost.
    await isThere().catch(() => change().then(isThere));
    await this.settle();
  }

  /** Waits until no chart has changed for a while. */
  async settle(): Promise<void> {
    await this.page.waitForFunction(
      () =>
        new Promise<boolean>((resolve) => {
          let changed = false;
          const observer = new MutationObserver(() => (changed = true));
          for (const output of document.querySelectorAll(".jp-Notebook")) {
            observer.observe(output, { subtree: true, childList: true, attributes: true });
          }
          setTimeout(() => {
            observer.disconnect();
            resolve(!changed);
          }, 300);
        }),
    );
  }

  /** Whether JupyterLab trusts all cells of the notebook. */
  trusted(): Promise<boolean> {
    return this.evaluate((panel) =>
      [...panel.content.model.cells].filter((cell) => cell.type === "code").every((cell) => cell.trusted),
    );
  }

  /** The outputs that are figures or pictures, and how each is shown. */
  shown(): Promise<Shown[]> {
    return this.evaluate((panel) =>
      panel.content.widgets.flatMap((cell: any, index: number) => {
        if (cell.model.type !== "code") return [];
        return [...cell.outputArea.widgets].flatMap((widget: any, place: number): any => {
          const mimes = Object.keys(cell.model.outputs.get(place).data);
          if (!mimes.some((mime) => mime.startsWith("image/svg") || mime.startsWith("application/vnd.plotly"))) return [];
          const node = widget.node as HTMLElement;
          const svg = node.querySelector<SVGElement>(".js-plotly-plot .main-svg");
          const image = node.querySelector("img");
          const noted = node.querySelector(".distlab-note") !== null;
          const player = node.querySelector<SVGElement>(".dlp svg");
          const element = noted ? null : (svg ?? player ?? image);
          const { width = 0, height = 0 } = element?.getBoundingClientRect() ?? {};
          const drawn = svg !== null && node.querySelector(".overplot path[d], .overplot image, .pielayer path") !== null;
          const stepped = player !== null && player.querySelectorAll("path, line").length > 0;
          const loaded = element === image ? (image?.naturalWidth ?? 0) > 0 : element === player ? stepped : drawn;
          return [{
            cell: index,
            mimes,
            as: element === null || width * height === 0 || !loaded ? "empty" : element === image ? "image" : element === player ? "player" : "chart",
            label: image?.alt ?? node.querySelector("[role=group][aria-label]")?.getAttribute("aria-label") ?? "",
            size: [width, height],
          }];
        });
      }),
    );
  }

  /** Runs a function in the notebook's page: `panel` is JupyterLab's view of the notebook. */
  evaluate<T>(run: (panel: any) => T): Promise<T> {
    return this.page.evaluate(`(${run.toString()})(jupyterapp.shell.currentWidget)`);
  }

  /** Pictures of the whole notebook from top to bottom, in the folder of artefacts. */
  async screenshot(name: string): Promise<void> {
    const before = this.page.viewportSize() ?? { width: 1280, height: 900 };
    const frame = 110; // menu, tabs, tool bar and status line
    const content = await this.#scroll(0);
    const height = Math.min(content + frame, 4000);
    await this.page.setViewportSize({ width: before.width, height });
    for (let at = 0, part = 1; at < content; at += height - frame, part++) {
      await this.#scroll(at);
      await this.settle();
      await this.page.screenshot({ path: this.file(content > height ? `${name}-${part}` : name) });
    }
    await this.page.setViewportSize(before);
    await this.settle();
  }

  /** Where a screenshot of this name goes. */
  file(name: string): string {
    return join(artefacts, `${name}.png`);
  }

  /** Scrolls the notebook; returns the height of its cells. */
  #scroll(top: number): Promise<number> {
    return this.page.evaluate((y) => {
      const outer = document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer") as Element;
      outer.scrollTop = y;
      const cells = [...outer.querySelectorAll(".jp-Cell")].map((cell) => cell.getBoundingClientRect().bottom);
      return Math.ceil(Math.max(...cells) - outer.getBoundingClientRect().top + outer.scrollTop) + 20;
    }, top);
  }

  /** Closes the page without saving. */
  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Executes a command of JupyterLab. */
  command(id: string, args: object = {}): Promise<unknown> {
    return this.page.evaluate(
      ([command, options]) => (globalThis as unknown as { jupyterapp: any }).jupyterapp.commands.execute(command, options),
      [id, args] as const,
    );
  }
}

async function openNotebook(browser: Browser, address: string): Promise<LabPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const opened = new LabPage(await context.newPage());
  const { page } = opened;
  await page.goto(address);
  await opened.ready();
  return opened;
}
