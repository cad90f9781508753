import { finite, integer, oneOf, show } from "../core/parameters.js";

/** A number that can be set, within a range. */
export interface NumberKnob {
  readonly kind: "number";
  readonly name: string;
  /** What it is, for the reader: "servers". */
  readonly label: string;
  /** "ms", "%" or nothing. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Where it stands first. */
  readonly value: number;
}

/** One of several ways. */
export interface ChoiceKnob {
  readonly kind: "choice";
  readonly name: string;
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
}

/** What the reader can turn. */
export type Knob = NumberKnob | ChoiceKnob;

/** Where all knobs stand, by their names. */
export type Settings = Readonly<Record<string, number | string>>;

/** A knob for a number, a whole one unless `step` is a fraction. */
export function number(
  name: string,
  label: string,
  { min, max, value, step = 1, unit = "" }: { readonly min: number; readonly max: number; readonly value: number; readonly step?: number; readonly unit?: string },
): NumberKnob {
  return { kind: "number", name, label, unit, min, max, step, value };
}

/** A knob for a choice; the first one holds until the reader takes another. */
export function choice(name: string, label: string, choices: Readonly<Record<string, string>>): ChoiceKnob {
  const list = Object.entries(choices).map(([value, words]) => ({ value, label: words }));
  return { kind: "choice", name, label, choices: list, value: list[0]!.value };
}

/**
 * Where a knob stands, from its text in an address.
 *
 * @throws RangeError or TypeError with the knob's name, the value and what is allowed
 */
export function readKnob(knob: Knob, text: string): number | string {
  if (knob.kind === "choice") return oneOf(knob.name, text, knob.choices.map(({ value }) => value));
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new TypeError(`${knob.name} must be a number from ${knob.min} to ${knob.max}, got ${show(text)}`);
  return Number.isInteger(knob.step) ? integer(knob.name, value, knob) : finite(knob.name, value, knob);
}
