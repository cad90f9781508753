import { it } from "vitest";
import { protocols } from "../../lib/playground.js";
import { playEnds } from "./ends.js";

it.each(protocols.map(({ name }) => name))("%s runs with every knob at either end", (name) => playEnds(name), 120_000);
