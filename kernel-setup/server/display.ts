import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers";
import { bundleOf, encoded, PLOTLY, type Bundle } from "./bundle.js";
import type { Outlet } from "./channels.js";
import type { Run } from "./runs.js";

/** How a bundle is shown. */
export interface DisplayOptions {
  readonly metadata?: object | undefined;
  /** The name of the place, for later updates. */
  readonly id?: string | undefined;
  /** Whether this replaces what was last shown under `id`. */
  readonly update?: boolean | undefined;
}

/** Draws a Plotly figure as SVG, somewhere else than on the thread of the cells. */
export interface Drawer {
  draw(figure: { data: unknown[]; layout?: object }): Promise<string>;
  close(): void;
}

/** After this time a cell is answered without its picture, in ms; the picture is added whenever it is ready. */
const PATIENCE_MS = 10_000;
/** The same for the time until the first picture is ready, in which the drawer itself has to be loaded. */
const LOADING_MS = 30_000;
const SVG = "image/svg+xml";

/**
 * Shows things in the notebook. An interactive plot also gets a still picture, for places where no script runs: it is
 * drawn meanwhile and added to the output when it is ready. Only the reply of the cell waits for it.
 */
export class Display {
  readonly #outlet: Outlet;
  readonly #loadDrawer: () => Promise<Drawer>;
  readonly #patienceMs: number;
  readonly #loadingMs: number;
  #drawer: Promise<Drawer> | undefined;
  #hasDrawn = false;
  /** The latest drawing of each place: an older one that is ready later is not shown. */
  readonly #latest = new Map<string, symbol>();

  constructor(
    outlet: Outlet,
    loadDrawer: () => Promise<Drawer>,
    { patienceMs = PATIENCE_MS, loadingMs = LOADING_MS }: { patienceMs?: number; loadingMs?: number } = {},
  ) {
    this.#outlet = outlet;
    this.#loadDrawer = loadDrawer;
    this.#patienceMs = patienceMs;
    this.#loadingMs = loadingMs;
  }

  /** Shows a bundle as output of `run`. */
  show(run: Run, data: Bundle, { metadata = {}, id, update = false }: DisplayOptions = {}): void {
    const bundle = encoded(data);
    const needsPicture = PLOTLY in bundle && !(SVG in bundle);
    const place = id ?? (needsPicture ? randomUUID() : undefined);
    const transient = place === undefined ? {} : { display_id: place };
    const type = update ? "update_display_data" : "display_data";
    this.#outlet.publish(type, { data: bundle, metadata, transient }, run.parent);
    if (place === undefined) return;
    const drawing = Symbol(place);
    this.#latest.set(place, drawing);
    if (!needsPicture) return;
    const work = this.#draw(bundle[PLOTLY]).then((svg) => {
      const isLatest = this.#latest.get(place) === drawing;
      if (isLatest && id === undefined) this.#latest.delete(place);
      if (svg === null || !isLatest) return;
      const content = { data: { ...bundle, [SVG]: svg }, metadata, transient };
      this.#outlet.publish("update_display_data", content, run.parent);
    });
    const waited = Promise.race([work, after(this.#hasDrawn ? this.#patienceMs : this.#loadingMs)]).finally(() => run.unfinished.delete(waited));
    run.unfinished.add(waited);
  }

  /**
   * Shows the value of a cell's last expression. Gives a promise when the value needs time to say how it looks.
   * A plot is shown as display_data, because only that can be updated with its picture.
   */
  showResult(run: Run, value: unknown, executionCount: number): void | Promise<void> {
    const publish = (data: Bundle): void => {
      if (PLOTLY in data) return this.show(run, data);
      this.#outlet.publish("execute_result", { execution_count: executionCount, data, metadata: {} }, run.parent);
    };
    const bundle = bundleOf(value);
    return bundle instanceof Promise ? bundle.then(publish) : publish(bundle);
  }

  clear(run: Run, wait: boolean): void {
    this.#outlet.publish("clear_output", { wait }, run.parent);
  }

  close(): void {
    void this.#drawer?.then((drawer) => drawer.close());
  }

  /** The picture, or null when it cannot be drawn. */
  async #draw(figure: unknown): Promise<string | null> {
    try {
      this.#drawer ??= this.#loadDrawer();
      return await (await this.#drawer).draw(figure as { data: unknown[]; layout?: object });
    } catch {
      return null;
    } finally {
      this.#hasDrawn = true;
    }
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
