import { expect, it } from "vitest";
import { context, lineageGraph, stageGraph } from "../../../lib/rdd.js";
import { graph } from "../../../lib/plot.js";

const sc = context();
const counts = sc.parallelize(["a", "b"], 3).map((word) => [word, 1]).reduceByKey((a, b) => a + b, 2);
const joined = counts.join(sc.parallelize<[string, string]>([["a", "x"]], 2)).cache().setName("both");

it("draws a lineage by stages, with shuffles dashed", () => {
  const { nodes, edges } = lineageGraph(joined);
  expect(nodes.map(({ label, kind }) => `${label.replace("\n", ": ")}, ${kind}`)).toEqual([
    "parallelize: 3 partitions, stage 0",
    "map: 3 partitions, stage 0",
    "reduceByKey: 2 partitions, hash(2), stage 2",
    "parallelize: 2 partitions, stage 1",
    "join: move: 2 partitions, hash(2), stage 2",
    "cogroup: 2 partitions, hash(2), stage 2",
    "join (both): 2 partitions, hash(2), MEMORY_ONLY, stage 2",
  ]);
  expect(edges.filter(({ dashed }) => dashed)).toHaveLength(2);
  expect(graph(lineageGraph(joined), { title: "A join of two data sets takes three stages" }).text).toContain("shuffle");
});

it("draws the stages of a job", () => {
  expect(stageGraph(joined)).toEqual({
    nodes: [
      { id: "stage 0", label: "stage 0: map\n3 tasks", kind: "shuffle map stage" },
      { id: "stage 1", label: "stage 1: parallelize\n2 tasks", kind: "shuffle map stage" },
      { id: "stage 2", label: "stage 2: join\n2 tasks", kind: "result stage" },
    ],
    edges: [{ from: "stage 0", to: "stage 2", label: "reduceByKey" }, { from: "stage 1", to: "stage 2", label: "join: move" }],
  });
});

it("tells the lineage in Spark's form", () => {
  expect(joined.toDebugString()).toBe(
    [
      "(2) join [6] both, hash(2), MEMORY_ONLY",
      " |  cogroup [5] hash(2)",
      " |  reduceByKey [2] hash(2)",
      " +-(3) map [1]",
      "    |  parallelize [0]",
      " |  join: move [4] hash(2)",
      " +-(2) parallelize [3]",
    ].join("\n"),
  );
});
