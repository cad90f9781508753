import { expect } from "vitest";
import { knobsOf, play, protocols, setupOf } from "../../lib/playground.js";

/** Plays a protocol with each of its knobs at either end; the first protocol also with those that all have in common. */
export function playEnds(name: string): void {
  const { protocol } = setupOf(name);
  for (const knob of name === protocols[0]!.name ? knobsOf(protocol) : protocol.knobs) {
    const ends = knob.kind === "choice" ? knob.choices.map(({ value }) => value) : [knob.min, knob.max];
    for (const end of ends) {
      const address = `${name}?${knob.name === "until" ? "" : "until=200&"}${knob.name}=${encodeURIComponent(end)}`;
      try {
        play(address);
      } catch (error) {
        // Some ends do not go with where the other knobs stand: then it is said which, and why.
        expect(String(error), address).toMatch(/^(?:Range|Type)Error: \w+ must be .*, got /);
      }
    }
  }
}
