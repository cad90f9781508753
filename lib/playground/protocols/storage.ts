import type { Tagged } from "../../core/role.js";
import { chord as chordRole } from "../../storage/chord/node.js";
import { space } from "../../storage/chord/space.js";
import { forgetfulDynamo, hastyDynamo, lonelyVersionDynamo, miscomparingDynamo } from "../../storage/dynamo/broken.js";
import { dynamo as dynamoRole } from "../../storage/dynamo/node.js";
import { acknowledgedOnDisks } from "../../storage/dynamo/properties.js";
import { choice, number } from "../knob.js";
import { all, brokenKnob, brokenParts, numbered, type BrokenRules, type Protocol } from "../protocol.js";
import { clients, storeClients } from "./consensus.js";

const chord: Protocol = {
  name: "chord",
  title: "Chord",
  about: "Nodes on a ring look keys up for clients, while others join.",
  chapter: "3.3.2-chord",
  until: 5_000,
  fails: { at: 1_500, for: 1_500 },
  knobs: [
    number("members", "nodes on the ring at first", { min: 1, max: 40, value: 8 }),
    number("joining", "nodes that join", { min: 0, max: 10, value: 1 }),
    number("successors", "length of the successor lists", { min: 1, max: 8, value: 3 }),
    choice("lookups", "lookups", { iterative: "iterative", recursive: "recursive" }),
    choice("rules", "rules", { corrected: "corrected (Zave)", original: "original" }),
    number("gap", "time between lookups", { unit: "ms", min: 5, max: 1_000, value: 100 }),
  ],
  cluster(settings) {
    const [members, joining, gap] = ["members", "joining", "gap"].map((name) => Number(settings[name])) as [number, number, number];
    const names = numbered("n", members + joining);
    const role = chordRole({
      space: space(32),
      members: names.slice(0, members),
      successors: Number(settings["successors"]),
      lookups: settings["lookups"] as "iterative",
      rules: settings["rules"] as "corrected",
    });
    return {
      nodes: all(names, role),
      requests: names.slice(members).map((node, i) => ({ at: 200 * i, node, request: { kind: "join", via: names[0]! } })),
      clients: {
        c: {
          operations: (chance) => ({ kind: "lookup", key: `key ${chance.below(100) + 1}` }) as Tagged,
          to: names.slice(0, members),
          choice: "random",
          load: { kind: "open", perSecond: 1_000 / gap, arrivals: "even" },
        },
      },
      servers: names,
      fields: ["phase", "predecessor", "successors", "fingers", "entries", "pending"],
    };
  },
};

const brokenDynamo: BrokenRules<{ readonly keeps: typeof forgetfulDynamo }> = {
  forgetful: { label: "nodes keep nothing on their disks", keeps: forgetfulDynamo },
  hasty: { label: "a write is acknowledged when one node has it, whatever W is", keeps: hastyDynamo },
  miscomparing: { label: "of two versions the one that counts further wins", keeps: miscomparingDynamo },
  lonely: { label: "a new version is sent without those beside it", keeps: lonelyVersionDynamo },
};

const dynamo: Protocol = {
  name: "dynamo",
  title: "Dynamo",
  about: "Clients write and read keys that are kept on N nodes of a ring; W must have a write, R must answer a read.",
  chapter: "3.3.1.2-dynamo",
  until: 3_000,
  fails: { at: 1_000, for: 1_000 },
  knobs: [
    number("servers", "nodes", { min: 1, max: 12, value: 5 }),
    number("n", "N, nodes that keep a key", { min: 1, max: 7, value: 3 }),
    number("r", "R, answers that a read needs", { min: 1, max: 7, value: 2 }),
    number("w", "W, disks that a write needs", { min: 1, max: 7, value: 2 }),
    choice("quorum", "quorums", { sloppy: "sloppy, with hinted handoff", strict: "strict" }),
    brokenKnob(brokenDynamo),
    ...clients.map((knob) => (knob.name === "reads" ? { ...knob, value: 50 } : knob) as typeof knob),
  ],
  cluster(settings) {
    const names = numbered("n", Number(settings["servers"]));
    const { keeps = dynamoRole } = brokenParts(brokenDynamo, settings);
    const role = keeps({
      nodes: names, n: Number(settings["n"]), r: Number(settings["r"]), w: Number(settings["w"]), quorum: settings["quorum"] as "sloppy",
    });
    return {
      nodes: all(names, role),
      clients: storeClients(settings, {
        read: (key) => ({ kind: "get", key }) as Tagged,
        write: (key, value) => ({ kind: "put", key, value }) as Tagged,
      }),
      properties: [acknowledgedOnDisks({ w: Number(settings["w"]) })],
      servers: names,
      fields: ["stored", "hints", "puts", "gets"],
    };
  },
};

/** Keys on a ring. */
export const storage: readonly Protocol[] = [chord, dynamo];
