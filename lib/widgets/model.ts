import type { Bundle } from "../plot/display.js";

/** A line between the kernel and one widget in the page. */
interface Comm {
  send(data: object): void;
  onMessage: ((message: { readonly data: Readonly<Record<string, unknown>> }) => unknown) | null;
}

/** The part of the kernel that widgets need. */
interface Comms {
  open(target: string, data: object, options: { metadata: object; id: string }): Comm;
  register(target: string, opened: (comm: Comm) => unknown): void;
}

interface Kernel {
  readonly comms?: Comms;
  cellMark?(): string;
}

/** The attributes of a widget, as the page knows them. */
export type State = Record<string, unknown>;

const BASE = "@jupyter-widgets/base";
const CONTROLS = "@jupyter-widgets/controls";
const VERSION = "2.0.0";
/** The version of the widgets' message protocol. */
const PROTOCOL = { version: "2.1.0" };

/** All widgets by id: a page that is loaded anew asks for them. */
const models = new Map<string, Model>();
let made = 0;

/**
 * One widget: its attributes are kept here and in the page, and each side tells the other what changes
 * (Jupyter Widgets, "Low Level Widget Explanation" and message protocol 2.1).
 */
export class Model {
  readonly id: string;
  readonly #state: State;
  readonly #comm: Comm | null;
  readonly #listeners: ((changed: State) => void)[] = [];
  readonly #clicks: (() => void)[] = [];

  constructor(name: string, state: State, { view = name, module = CONTROLS }: { view?: string | null; module?: string } = {}) {
    // A saved notebook names its widgets. After a restart those of another cell must not be taken for them.
    this.id = `distlab-widget-${kernel()?.cellMark?.() ?? "0"}-${++made}`;
    this.#state = {
      _model_name: `${name}Model`,
      _model_module: module,
      _model_module_version: VERSION,
      _view_name: view === null ? null : `${view}View`,
      _view_module: module,
      _view_module_version: VERSION,
      ...state,
    };
    const comms = kernelComms();
    if (comms && made === 1) answerPages(comms);
    const data = { state: this.#state, buffer_paths: [] };
    this.#comm = comms?.open("jupyter.widget", data, { metadata: PROTOCOL, id: this.id }) ?? null;
    if (this.#comm) this.#comm.onMessage = ({ data: received }) => this.#receive(received);
    models.set(this.id, this);
  }

  /** How other widgets name this one. */
  get reference(): string {
    return `IPY_MODEL_${this.id}`;
  }

  get(key: string): unknown {
    return this.#state[key];
  }

  /** Changes attributes here and in the page; listeners are called, as they are when the learner changes something. */
  set(changes: State): void {
    Object.assign(this.#state, changes);
    this.#comm?.send({ method: "update", state: changes, buffer_paths: [] });
    for (const listener of this.#listeners) listener(changes);
  }

  onChange(listener: (changed: State) => void): void {
    this.#listeners.push(listener);
  }

  onClick(listener: () => void): void {
    this.#clicks.push(listener);
  }

  /** What shows the widget, with a text for where widgets are not drawn. */
  bundle(fallback: string): Bundle {
    return {
      "application/vnd.jupyter.widget-view+json": { version_major: 2, version_minor: 0, model_id: this.id },
      "text/plain": fallback,
    };
  }

  /** The attributes, for a page that asks. */
  snapshot(): object {
    const { _model_name: model_name, _model_module: model_module, _model_module_version: model_module_version } = this.#state;
    return { model_name, model_module, model_module_version, state: this.#state };
  }

  #receive(data: Readonly<Record<string, unknown>>): void {
    if (data["method"] === "request_state") {
      this.#comm?.send({ method: "update", state: this.#state, buffer_paths: [] });
    } else if (data["method"] === "update") {
      const changes = (data["state"] ?? {}) as State;
      Object.assign(this.#state, changes);
      for (const listener of this.#listeners) listener(changes);
    } else if ((data["content"] as { event?: unknown } | undefined)?.event === "click") {
      for (const click of this.#clicks) click();
    }
  }
}

/** The layout (width, margins) of a widget: the page's own choice unless told. */
export function layout(state: State = {}): string {
  return new Model("Layout", state, { module: BASE }).reference;
}

/** The style of a widget, for which the page has one model each. */
export function style(name: string, state: State = {}): string {
  return new Model(name, { ...state, _view_module: BASE, _view_name: "StyleView" }, { view: null }).reference;
}

/** Whether the kernel has lines to a page. */
export function hasComms(): boolean {
  return kernelComms() !== null;
}

function kernelComms(): Comms | null {
  return kernel()?.comms ?? null;
}

function kernel(): Kernel | null {
  return ((globalThis as { [name: symbol]: unknown })[Symbol.for("distlab.kernel")] as Kernel | undefined) ?? null;
}

/** A page that was loaded anew asks for all widgets at once. */
function answerPages(comms: Comms): void {
  comms.register("jupyter.widget.control", (comm) => {
    comm.onMessage = ({ data }) => {
      if (data["method"] !== "request_states") return;
      const states = Object.fromEntries([...models].map(([id, model]) => [id, model.snapshot()]));
      comm.send({ method: "update_states", states, buffer_paths: [] });
    };
  });
}
