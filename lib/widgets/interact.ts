import { show as inWords } from "../core/parameters.js";
import { display, pause } from "../notebook/kernel.js";
import { bundleOf } from "../notebook/show.js";
import { checkbox, dropdown, floatSlider, floatText, intSlider, intText, text, vbox, type Control } from "./controls.js";
import { hasComms } from "./model.js";

/**
 * What a knob can be turned to:
 *
 * - `[3, 9]`: a slider from 3 to 9, over whole numbers if both ends are whole;
 * - `[0, 0.5, 0.05]`: a slider from 0 to 0.5 in steps of 0.05;
 * - `{ min, max, step, value }`: the same, with a first value;
 * - `42`: a box for a number; `"x"`: a box for a text; `true`: a box to be ticked;
 * - `["none", "some", "all"]`, or more than three numbers: a list to choose from.
 */
export type Knob =
  | number
  | string
  | boolean
  | readonly number[]
  | readonly string[]
  | { readonly min: number; readonly max: number; readonly step?: number; readonly value?: number };

/** Knobs by name. */
export type Knobs = { readonly [name: string]: Knob };

/** The values that these knobs give: typed from what they can be turned to. */
export type ValuesOf<K extends Knobs> = {
  readonly [N in keyof K]: K[N] extends boolean
    ? boolean
    : K[N] extends number | readonly number[] | { readonly min: number }
      ? number
      : K[N] extends readonly (infer Choice)[]
        ? Choice
        : string;
};

let places = 0;

/**
 * Ties knobs to a function, and shows what it gives: now, and again each time that a knob is turned, in the same place.
 *
 *     interact({ n: [3, 9], loss: [0, 0.5, 0.05], seed: 42 }, ({ n, loss, seed }) => bars(...));
 *
 * Of many turns in a row the last one counts. The function may be async: a slow run is overtaken by a later one. An
 * error is shown in the place of the figure, and the next turn goes on.
 */
export async function interact<const K extends Knobs>(knobs: K, draw: (values: ValuesOf<K>) => unknown): Promise<void> {
  const controls = Object.entries(knobs).map(([name, knob]): [string, Control<unknown>] => [name, controlFor(name, knob)]);
  const values = (): ValuesOf<K> => Object.fromEntries(controls.map(([name, control]) => [name, control.value])) as ValuesOf<K>;
  const panel = vbox(controls.map(([, control]) => control)).bundle();
  const note = controls.map(([name, control]) => `${name} = ${inWords(control.value)}`).join(", ");
  display({ ...panel, "text/plain": `${note} (run this cell in JupyterLab to turn these knobs)` });

  const id = `distlab-interact-${++places}`;
  let turns = 0;
  let isShown = false;
  const redraw = async (): Promise<void> => {
    const turn = ++turns;
    // Turns that have arrived meanwhile are heard first, so that only the last one is drawn.
    if (isShown) await pause();
    if (turn !== turns) return;
    const bundle = await drawn(draw, values());
    if (turn !== turns) return;
    display(bundle, { id, update: isShown });
    isShown = true;
  };
  if (hasComms()) for (const [, control] of controls) control.onChange(() => void redraw());
  await redraw();
}

async function drawn<V>(draw: (values: V) => unknown, values: V): Promise<Readonly<Record<string, unknown>>> {
  try {
    const result = await draw(values);
    return result === undefined ? { "text/plain": "" } : bundleOf(result);
  } catch (error) {
    // A stop ends the whole, not only this picture.
    if (error instanceof Error && error.name === "Interrupted") throw error;
    return { "text/plain": error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${inWords(error)}` };
  }
}

function controlFor(name: string, knob: Knob): Control<unknown> {
  if (typeof knob === "boolean") return checkbox({ value: knob, description: name }) as Control<unknown>;
  if (typeof knob === "string") return text({ value: knob, description: name }) as Control<unknown>;
  if (typeof knob === "number") {
    return (Number.isInteger(knob) ? intText : floatText)({ value: knob, description: name }) as Control<unknown>;
  }
  if (!isList(knob)) return slider(name, knob.min, knob.max, knob.step, knob.value);
  const [min, max, step] = knob;
  const isRange = typeof min === "number" && typeof max === "number" && knob.length <= 3;
  if (isRange) return slider(name, min, max, step as number | undefined);
  if (knob.length === 0) throw new RangeError(`${name} must have something to choose from, got []`);
  return dropdown<number | string>({ options: knob, description: name }) as Control<unknown>;
}

function slider(name: string, min: number, max: number, step?: number, value?: number): Control<unknown> {
  if (!(min < max)) throw new RangeError(`${name} must be a range [min, max] with min < max, got [${inWords(min)}, ${inWords(max)}]`);
  const isWhole = [min, max, step ?? 1, value ?? min].every(Number.isInteger);
  const make = isWhole ? intSlider : floatSlider;
  return make({
    min,
    max,
    ...(step === undefined ? {} : { step }),
    ...(value === undefined ? {} : { value }),
    description: name,
  }) as Control<unknown>;
}

function isList(knob: Knob): knob is readonly number[] | readonly string[] {
  return Array.isArray(knob);
}
