import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { button, checkbox, dropdown, hbox, interact, intSlider, play, text, toggleButtons, vbox, floatSlider } from "../../lib/widgets.js";

type Data = Record<string, any>;
interface Line {
  readonly id: string;
  readonly target: string;
  readonly data: Data;
  readonly sent: Data[];
  onMessage: ((message: { data: Data }) => unknown) | null;
}

/** A page that takes notes: what was opened and shown, and a hand that turns knobs. */
const lines = new Map<string, Line>();
const shown: { readonly data: Data; readonly id?: string; readonly update?: boolean }[] = [];
const door = Symbol.for("distlab.kernel");
const global = globalThis as { [name: symbol]: unknown };

beforeEach(() => {
  lines.clear();
  shown.length = 0;
  global[door] = {
    display: (data: Data, options: object = {}) => void shown.push({ data, ...options }),
    clear: () => {},
    checkInterrupt: () => {},
    comms: {
      register: () => {},
      open(target: string, data: Data, { id }: { id: string }) {
        const line: Line & { send(data: Data): void } = { id, target, data, sent: [], onMessage: null, send: (sent) => void line.sent.push(sent) };
        lines.set(id, line);
        return line;
      },
    },
  };
});
afterEach(() => void delete global[door]);

const stateOf = (name: string): Data => lineOf(name).data["state"] as Data;
function lineOf(description: string): Line {
  const line = [...lines.values()].find(({ data }) => data["state"]["description"] === description);
  if (!line) throw new Error(`no widget is called ${description}`);
  return line;
}
function turn(description: string, state: Data): void {
  lineOf(description).onMessage!({ data: { method: "update", state, buffer_paths: [] } });
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const figures = (): unknown[] => shown.slice(1).map(({ data }) => data["text/plain"]);

describe("interact", () => {
  it("shows the result for the first values, then for each turn, in one place", async () => {
    await interact({ n: [3, 9], loss: [0, 0.5, 0.05] }, ({ n, loss }) => `${n} ${loss}`);
    expect(figures()).toEqual(["6 0.25"]);
    turn("n", { value: 8 });
    await settled();
    expect(figures()).toEqual(["6 0.25", "8 0.25"]);
    expect(shown[2]).toMatchObject({ id: shown[1]!.id, update: true });
    expect(shown[0]!.data["text/plain"]).toBe("n = 6, loss = 0.25 (run this cell in JupyterLab to turn these knobs)");
  });

  it("draws of many turns in a row only the last", async () => {
    await interact({ n: [0, 100] }, ({ n }) => n);
    for (let value = 51; value <= 90; value++) turn("n", { value });
    await settled();
    expect(figures()).toEqual(["50", "90"]);
  });

  it("lets a later run overtake a slow one", async () => {
    const waiting: (() => void)[] = [];
    await interact({ slow: false }, async ({ slow }) => {
      if (slow) await new Promise<void>((resolve) => waiting.push(resolve));
      return slow ? "slow" : "fast";
    });
    turn("slow", { value: true });
    await settled();
    turn("slow", { value: false });
    await settled();
    waiting[0]!();
    await settled();
    expect(figures()).toEqual(["fast", "fast"]);
  });

  it("shows an error in place, and goes on", async () => {
    await interact({ n: [1, 3] }, ({ n }) => {
      if (n === 3) throw new RangeError("n must be less than 3, got 3");
      return n;
    });
    turn("n", { value: 3 });
    await settled();
    turn("n", { value: 1 });
    await settled();
    expect(figures()).toEqual(["2", "RangeError: n must be less than 3, got 3", "1"]);
  });

  it("makes the control that fits the knob, and gives its value with its type", async () => {
    await interact(
      { whole: [3, 9], parts: [0, 1], seed: 42, rate: 0.5, name: "a", on: true, mode: ["x", "y"], sizes: [1, 2, 4, 8], at: { min: 0, max: 9, value: 2 } },
      ({ whole, parts, seed, rate, name, on, mode, sizes, at }) => {
        const numbers: readonly number[] = [whole, parts, seed, rate, sizes, at];
        const choice: "x" | "y" = mode;
        const flag: boolean = on;
        return `${numbers.join(" ")} ${name.toUpperCase()} ${flag} ${choice}`;
      },
    );
    expect(figures()).toEqual(["6 1 42 0.5 1 2 A true x"]);
    const models = ["whole", "seed", "rate", "name", "on", "mode", "sizes"].map((name) => stateOf(name)["_model_name"]);
    expect(models).toEqual(["IntSliderModel", "IntTextModel", "FloatTextModel", "TextModel", "CheckboxModel", "DropdownModel", "DropdownModel"]);
  });

  it.each<[string, object, RegExp]>([
    ["a range upside down", { n: [9, 3] }, /n must be a range \[min, max\] with min < max, got \[9, 3\]/],
    ["nothing to choose", { mode: [] }, /mode must have something to choose from/],
    ["a first value outside", { n: { min: 0, max: 3, value: 7 } }, /value must be .* got 7/],
  ])("refuses %s", async (_, knobs, message) => {
    await expect(interact(knobs as { n: [number, number] }, () => 1)).rejects.toThrow(message);
  });

  it("shows the result also where no page draws widgets", async () => {
    delete (global[door] as { comms?: unknown }).comms;
    await interact({ n: [1, 3] }, ({ n }) => n);
    expect(figures()).toEqual(["2"]);
  });
});

describe("a widget", () => {
  it("opens a comm with its state, its style and its layout", () => {
    const slider = intSlider({ min: 1, max: 5, value: 2, description: "k" });
    const state = stateOf("k");
    expect(lineOf("k").target).toBe("jupyter.widget");
    expect(state).toMatchObject({ _model_module: "@jupyter-widgets/controls", _model_module_version: "2.0.0", _view_name: "IntSliderView", value: 2 });
    for (const reference of [state["layout"], state["style"]]) expect(lines.has(String(reference).replace("IPY_MODEL_", ""))).toBe(true);
    expect(slider.bundle()["application/vnd.jupyter.widget-view+json"]).toEqual({ version_major: 2, version_minor: 0, model_id: slider.model.id });
  });

  it("hears the page, tells the page, and calls its listeners once for each new value", () => {
    const slider = intSlider({ min: 1, max: 5, value: 2, description: "k" });
    const heard: number[] = [];
    slider.onChange((value) => heard.push(value));
    turn("k", { value: 4 });
    turn("k", { value: 4 });
    slider.value = 5;
    expect([heard, slider.value, lineOf("k").sent]).toEqual([[4, 5], 5, [{ method: "update", state: { value: 5 }, buffer_paths: [] }]]);
  });

  it("answers a page that asks for its state", () => {
    text({ value: "x", description: "t" });
    lineOf("t").onMessage!({ data: { method: "request_state" } });
    expect(lineOf("t").sent[0]).toMatchObject({ method: "update", state: { value: "x" } });
  });

  it("of a choice speaks of options, and the page of indices", () => {
    const choice = dropdown({ options: [10, 20, 30], value: 20, description: "d" });
    expect([choice.value, stateOf("d")["_options_labels"], stateOf("d")["index"]]).toEqual([20, ["10", "20", "30"], 1]);
    turn("d", { index: 2 });
    expect(choice.value).toBe(30);
    expect(() => (choice.value = 99)).toThrow("value must be one of 10, 20, 30, got 99");
    expect(toggleButtons({ options: ["a", "b"] }).value).toBe("a");
  });

  it("that is a button calls back at a click", () => {
    let clicks = 0;
    button("go", () => clicks++);
    lineOf("go").onMessage!({ data: { method: "custom", content: { event: "click" } } });
    expect(clicks).toBe(1);
  });

  it("has an id that another cell's widgets never have", () => {
    Object.assign(global[door] as object, { cellMark: () => "c0ffee" });
    const { model } = intSlider({ min: 0, max: 9 });
    expect(model.id).toMatch(/^distlab-widget-c0ffee-\d+$/);
    expect(lines.has(model.id)).toBe(true);
  });

  it("in a box is named by its id, and shows as text where boxes are not drawn", () => {
    const [a, b] = [checkbox({ value: true, description: "a" }), floatSlider({ min: 0, max: 1, description: "b" })];
    const panel = vbox([hbox([a, b]), play({ min: 0, max: 3, description: "t" })]);
    expect(String(panel.bundle()["text/plain"])).toBe("a = true b = 0.5\nt = 0");
    expect((panel.model.get("children") as string[])[1]).toMatch(/^IPY_MODEL_distlab-widget-0-\d+$/);
  });
});
