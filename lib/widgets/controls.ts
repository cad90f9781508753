import { finite, integer, show } from "../core/parameters.js";
import { showsItself, type Bundle } from "../plot/display.js";
import { layout, Model, style, type State } from "./model.js";

/** Anything that can be put under a cell, or into a box. */
export class Widget {
  readonly model: Model;
  readonly #text: () => string;

  constructor(model: Model, text: () => string) {
    this.model = model;
    this.#text = text;
  }

  /** The widget for pages that draw it, and its text for those that do not. */
  bundle(): Bundle {
    return this.model.bundle(this.#text());
  }
}

showsItself(Widget.prototype);

/** A widget with a value that the learner can change. */
export class Control<T> extends Widget {
  readonly #read: () => T;
  readonly #write: (value: T) => State;

  constructor(model: Model, description: string, { read, write }: { read: () => T; write: (value: T) => State }) {
    super(model, () => `${description === "" ? "" : `${description} = `}${show(read())}`);
    this.#read = read;
    this.#write = write;
  }

  get value(): T {
    return this.#read();
  }

  set value(value: T) {
    this.model.set(this.#write(value));
  }

  /** Calls `listener` with each new value. */
  onChange(listener: (value: T) => void): void {
    let last = this.value;
    this.model.onChange(() => {
      if (Object.is(last, this.value)) return;
      last = this.value;
      listener(last);
    });
  }
}

/** A label in front of a control. */
interface Described {
  readonly description?: string;
}

/** A range of numbers; `value` is in the middle unless given. */
interface Range extends Described {
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly value?: number;
}

/** A slider over whole numbers. */
export function intSlider({ min, max, step = 1, value, description = "" }: Range): Control<number> {
  integer("min", min, { min: -Number.MAX_SAFE_INTEGER });
  integer("max", max, { min });
  integer("step", step, { min: 1 });
  const first = integer("value", value ?? min + step * Math.round((max - min) / 2 / step), { min, max });
  const sliderStyle = style("SliderStyle", DESCRIPTION);
  const state = { min, max, step, value: first, description, readout: true, readout_format: "d" };
  return valued("IntSlider", { ...state, ...SLIDER, style: sliderStyle }, description);
}

/** A slider over numbers. */
export function floatSlider({ min, max, step, value, description = "" }: Range): Control<number> {
  const least = -Number.MAX_VALUE;
  finite("min", min, { min: least });
  finite("max", max, { min });
  const size = finite("step", step ?? (max - min) / 100);
  const first = finite("value", value ?? (min + max) / 2, { min, max });
  const format = `.${Math.min(6, Math.max(1, (String(size).split(".")[1] ?? "").length))}f`;
  const state = { min, max, step: size, value: first, description, readout: true, readout_format: format };
  return valued("FloatSlider", { ...state, ...SLIDER, style: style("SliderStyle", DESCRIPTION) }, description);
}

/** A box for a whole number. */
export function intText({ value = 0, description = "" }: Described & { readonly value?: number } = {}): Control<number> {
  return valued("IntText", { value, step: 1, description, continuous_update: false, style: descriptionStyle() }, description);
}

/** A box for a number. */
export function floatText({ value = 0, description = "" }: Described & { readonly value?: number } = {}): Control<number> {
  return valued("FloatText", { value, step: null, description, continuous_update: false, style: descriptionStyle() }, description);
}

/** A box for a line of text; it counts when the learner presses Enter or leaves it. */
export function text({ value = "", description = "" }: Described & { readonly value?: string } = {}): Control<string> {
  const state = { value, placeholder: "", description, continuous_update: false };
  return valued("Text", { ...state, style: style("TextStyle", DESCRIPTION) }, description);
}

/** A box to be ticked. */
export function checkbox({ value = false, description = "" }: Described & { readonly value?: boolean } = {}): Control<boolean> {
  const state = { value, description, indent: true };
  return valued("Checkbox", { ...state, style: style("CheckboxStyle", DESCRIPTION) }, description);
}

/** What may be chosen, and what is chosen at first: the first of them unless given. */
interface Choice<T> extends Described {
  readonly options: readonly T[];
  readonly value?: T;
}

/** A list of which one is chosen. */
export function dropdown<T>(choice: Choice<T>): Control<T> {
  return chosen("Dropdown", choice, descriptionStyle());
}

/** Buttons side by side of which one is pressed. */
export function toggleButtons<T>(choice: Choice<T>): Control<T> {
  return chosen("ToggleButtons", choice, style("ToggleButtonsStyle", DESCRIPTION), { tooltips: [], icons: [], button_style: "" });
}

/** A player that counts from `min` to `max`, one `step` in each `interval` of ms. */
export function play({ min, max, step = 1, value = min, interval = 300, description = "" }: Range & { readonly interval?: number }): Control<number> {
  const state = { min, max, step, value, interval, description };
  return valued("Play", { ...state, playing: false, repeat: false, show_repeat: true, disabled: false, style: descriptionStyle() }, description);
}

/** A button; `pressed` is called at each click. */
export function button(description: string, pressed: () => void): Widget {
  const state = { description, disabled: false, tooltip: null, icon: "", button_style: "" };
  const model = new Model("Button", { ...state, style: style("ButtonStyle"), layout: layout() });
  model.onClick(pressed);
  return new Widget(model, () => `[${description}]`);
}

/** A line of plain text. */
export function label(value: string): Control<string> {
  return valued("Label", { value, description: "", style: style("LabelStyle", DESCRIPTION) }, "");
}

/** A piece of HTML. */
export function html(value: string): Control<string> {
  return valued("HTML", { value, description: "", style: style("HTMLStyle", DESCRIPTION) }, "");
}

/** Widgets side by side. */
export function hbox(children: readonly Widget[]): Widget {
  return box("HBox", children, " ");
}

/** Widgets one below the other. */
export function vbox(children: readonly Widget[]): Widget {
  return box("VBox", children, "\n");
}

/** Labels as wide as they need to be, and not cut at the page's 80 pixels. */
const DESCRIPTION: State = { description_width: "initial" };
const SLIDER: State = { continuous_update: true, orientation: "horizontal", disabled: false, behavior: "drag-tap" };

function descriptionStyle(): string {
  return style("DescriptionStyle", DESCRIPTION);
}

function valued<T>(name: string, state: State, description: string): Control<T> {
  const model = new Model(name, { ...state, layout: layout() });
  return new Control(model, description, { read: () => model.get("value") as T, write: (value) => ({ value }) });
}

function chosen<T>(name: string, { options, value, description = "" }: Choice<T>, itsStyle: string, more: State = {}): Control<T> {
  if (options.length === 0) throw new RangeError("options must not be empty: there is nothing to choose from");
  const indexOf = (wanted: T): number => {
    const index = options.indexOf(wanted);
    if (index < 0) throw new RangeError(`value must be one of ${options.map(show).join(", ")}, got ${show(wanted)}`);
    return index;
  };
  const index = value === undefined ? 0 : indexOf(value);
  const state = { _options_labels: options.map(String), index, description, disabled: false };
  const model = new Model(name, { ...state, ...more, style: itsStyle, layout: layout() });
  return new Control(model, description, { read: () => options[model.get("index") as number] as T, write: (wanted) => ({ index: indexOf(wanted) }) });
}

function box(name: string, children: readonly Widget[], between: string): Widget {
  const state = { children: children.map(({ model }) => model.reference), box_style: "", layout: layout() };
  const model = new Model(name, state);
  return new Widget(model, () => children.map((child) => String(child.bundle()["text/plain"])).join(between));
}
