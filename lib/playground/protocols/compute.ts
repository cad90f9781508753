import type { NodeId } from "../../core/role.js";
import { doubleCountingMaster, emptyHandedWorker, hastyWorker, openWritingWorker, saltedWorker } from "../../compute/mapreduce/broken.js";
import { type ClusterOptions, mapReduceCluster } from "../../compute/mapreduce/cluster.js";
import { wordCount } from "../../compute/mapreduce/examples.js";
import { textSplits } from "../../compute/mapreduce/input.js";
import { mapReduceProperties } from "../../compute/mapreduce/properties.js";
import { runSequentially } from "../../compute/mapreduce/sequential.js";
import { choice, number } from "../knob.js";
import { brokenKnob, brokenParts, type BrokenRules, type Cluster, type Protocol } from "../protocol.js";

/** The words that are counted: the line of a song, as often as there are splits for it. */
const line = "row row row your boat gently down the stream\n";

const brokenMapReduce: BrokenRules<NonNullable<ClusterOptions["roles"]>> = {
  hasty: { label: "a worker reduces when it has the outputs it has heard of", worker: hastyWorker },
  "empty-handed": { label: "a worker takes a map output that is lost for an empty one", worker: emptyHandedWorker },
  "open-writing": { label: "a worker writes its output under the final name, piece by piece", worker: openWritingWorker },
  salted: { label: "each worker parts words by a hash of its own", worker: saltedWorker },
  "double-counting": { label: "the master counts a completion each time it hears of it", master: doubleCountingMaster },
};

const mapReduce: Protocol = {
  name: "mapreduce",
  title: "MapReduce",
  about: "A master has workers count words: first the map tasks, then the reduce tasks; what a dead worker did is done again.",
  chapter: "3.4.1-mapreduce",
  until: 5_000,
  fails: { at: 60, for: 2_000 },
  knobs: [
    number("workers", "workers", { min: 1, max: 12, value: 4 }),
    number("maps", "map tasks", { min: 1, max: 40, value: 8 }),
    number("reducers", "reduce tasks", { min: 1, max: 12, value: 3 }),
    choice("combines", "workers add up before they send", { yes: "yes", no: "no" }),
    brokenKnob(brokenMapReduce),
  ],
  cluster(settings) {
    const { workers, maps, reducers, combines } = settings;
    const job = wordCount({ reducers: Number(reducers), combines: combines === "yes" });
    const splits = textSplits({ song: line.repeat(Number(maps)) }, { splitBytes: line.length });
    const { nodes, requests } = mapReduceCluster(job, splits, { workers: Number(workers), roles: brokenParts(brokenMapReduce, settings) });
    return {
      nodes: nodes as never,
      requests: requests as unknown as Cluster["requests"] & object,
      properties: mapReduceProperties(runSequentially(job, splits)),
      servers: Object.keys(nodes).filter((name) => name !== "master" && name !== "files") as NodeId[],
    };
  },
};

/** Computing on many machines. */
export const compute: readonly Protocol[] = [mapReduce];
