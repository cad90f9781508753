/**
 * A playground: each protocol of the course with knobs for its size, the network, what fails, and the seed. A setup is a short
 * text, its address ("raft?fault=crash&seed=7"), and the same address gives the same run wherever it is played: in the page that
 * `npm run book` makes, and in a notebook.
 *
 *     import { play } from "distlab/playground";
 *     for (const { bundle } of play("paxos?proposers=3&loss=10").outputs) show({ bundle: () => bundle });
 */
export { addressOf, areas, knobsOf, play, protocols, runOf, setupOf, type Played, type Setup } from "./playground/play.js";
export { type Cluster, type Protocol, type Trouble, type Waits } from "./playground/protocol.js";
export { type ChoiceKnob, type Knob, type NumberKnob, type Settings } from "./playground/knob.js";
