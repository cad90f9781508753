/** What the playground's page runs beside itself, so that it stays quick: it is asked for an address, and answers with a run; or for a fork of that run. */
import { answer } from "../../../lib/plot/player/live.js";
import { areas, knobsOf, play } from "../../../lib/playground.js";

const page = /** @type {{ postMessage(message: unknown): void, onmessage: (event: { data: string | { fork: Record<string, unknown> } }) => void }} */ (/** @type {unknown} */ (globalThis));

page.onmessage = ({ data }) => {
  if (typeof data === "object") return page.postMessage({ fork: answer(data.fork) });
  try {
    page.postMessage({ played: play(data) });
  } catch (error) {
    // What the knobs do not allow is said in a sentence for the reader; anything else is a fault of ours.
    const known = error instanceof RangeError || error instanceof TypeError;
    page.postMessage({ problem: known ? error.message : String(/** @type {Error} */ (error).stack) });
  }
};

page.postMessage({
  catalogue: areas.flatMap(({ title: area, protocols }) =>
    protocols.map((protocol) => {
      const { name, title, about, chapter } = protocol;
      return { name, title, about, chapter, area, knobs: knobsOf(protocol) };
    }),
  ),
});
