import type { Quiz } from "../quiz.js";

/** The questions of the chapter on Spark, by name. */
export const sparkQuizzes: Readonly<
  Record<
    "lazy" | "narrowOrWide" | "stageCount" | "skewCure" | "keepsPartitioner" | "lostPartitions" | "evictionRule" | "accumulatorTrap" | "checkpointWhen",
    Quiz
  >
> = {
  lazy: {
    kind: "numeric",
    question: "An RDD of 10 items is mapped by f. Then the program calls count(), collect() and first(), one after the other, without cache(). All items are in one partition. How often is f called?",
    unit: "calls",
    value: 21,
    tolerance: 0,
    why: "Each action runs the recipe anew: 10 for count, 10 for collect, and 1 for first, which stops when it has an item.",
    near: [
      { value: 10, why: "That would be so with cache(). Here nobody keeps what was computed." },
      { value: 30, why: "first() does not need all items: it asks for one, and the others are never computed." },
      { value: 0, why: "Transformations compute nothing, but these three are actions." },
    ],
    otherwise: "Go through the three actions. How many items does each one need?",
  },
  narrowOrWide: {
    kind: "multiple",
    question: "Which of these are narrow, so that each partition is made of few partitions of the parents?",
    options: [
      { text: "filter", right: true, why: "Item by item, partition by partition." },
      { text: "union of two RDDs", right: true, why: "Each partition of the result is one partition of one of the parents." },
      { text: "groupByKey of data that was read from a file", why: "Equal keys may stand anywhere in the file: every partition of the result needs something of every partition." },
      { text: "a join of two RDDs that have the same partitioner already", right: true, why: "Equal keys stand in partitions of the same number. That a join is wide is true only where nothing is known." },
      { text: "sortByKey", why: "The least keys may be anywhere. Ranges are found by a sample, and then everything moves." },
    ],
  },
  stageCount: {
    kind: "numeric",
    question: "textFile (6 partitions), map, reduceByKey into 4 partitions, mapValues, sortByKey into 2 partitions, collect. How many tasks does the job of collect run, if no shuffle was written before?",
    unit: "tasks",
    value: 12,
    tolerance: 0,
    why: "Three stages: 6 tasks read and map, 4 reduce and map values, 2 sort. A chain without a shuffle is one task for each partition, however many steps it has.",
    near: [
      { value: 22, why: "Not a task for each step: a chain of narrow steps is one task." },
      { value: 10, why: "The last stage has tasks, too: they read what the sort shuffled." },
      { value: 2, why: "Those are the tasks of the last stage. The two before it have to run first." },
    ],
    otherwise: "Cut the chain at the two shuffles. Each piece has one task for each of its partitions.",
  },
  skewCure: {
    kind: "single",
    question: "A join has one key with 60 % of all pairs on one side, and values that cannot be combined. What helps?",
    options: [
      { text: "Ten times as many reduce partitions.", why: "A key is never split: its pairs still have one home, and the others get smaller." },
      { text: "A range partitioner.", why: "It balances ranges of keys. One key is a range that cannot be cut." },
      { text: "A combiner on the map side.", why: "The best cure where values can be combined. Here they cannot." },
      { text: "Salt that key into pieces, and repeat its pairs of the other side for each piece.", right: true, why: "Each piece has a home of its own. The price is to copy the small side of that key." },
    ],
  },
  keepsPartitioner: {
    kind: "single",
    question: "pairs.partitionBy(8).map(([k, v]) => [k, v + 1]).reduceByKey(add, 8): how many shuffles, and why?",
    options: [
      { text: "One: the function does not change the keys.", why: "You see that, the engine does not: it knows that a function was called, and not what it did." },
      { text: "Two: map may have changed the keys, so nothing is known of where they are.", right: true, why: "mapValues in place of map says that the keys stay, and then it is one." },
      { text: "One: partitionBy is only noted, and the later shuffle replaces it.", why: "It is noted, and it is run: nothing is optimised away here. (Data frames do such things.)" },
      { text: "None: the data was in 8 partitions before.", why: "How many partitions there are says nothing of which keys stand in which." },
    ],
  },
  lostPartitions: {
    kind: "numeric",
    question: "An RDD of 120 partitions is cached, once each, evenly on 10 executors; its lineage is a file and three maps. One executor dies. How many partitions does the next action compute from the file?",
    unit: "partitions",
    value: 12,
    tolerance: 0,
    why: "Those that only the dead one kept: a tenth. The steps are narrow, so each needs one split of the file, and the nine others share the work.",
    near: [
      { value: 120, why: "The other 108 are still kept: the recipe is needed only for what is gone." },
      { value: 48, why: "The three maps and the file are one chain: a partition is computed once, by one task." },
      { value: 0, why: "There is no second copy: MEMORY_ONLY_2 would keep one." },
    ],
    otherwise: "How many partitions did one executor keep?",
  },
  evictionRule: {
    kind: "single",
    question: "A loop goes over all 10 partitions of one cached RDD, in order, and there is room for 8. The store drops the least recently used partition of any RDD. How many partitions does each round find?",
    options: [
      { text: "8: those that fit.", why: "That is what one gets by never dropping a partition of the same RDD. Plain LRU does something else: try it with 3 partitions and room for 2." },
      { text: "None.", right: true, why: "Partition 9 takes the place of 1, 10 that of 2; then 1 is needed and takes that of 3, and so on: each is dropped just before its use." },
      { text: "2: the last two.", why: "When they came, they were kept; but before their next turn, eight others came." },
      { text: "10: dropping and computing again come to the same.", why: "What is computed again was not found." },
    ],
  },
  accumulatorTrap: {
    kind: "single",
    question: "A counter is raised in a map that parses lines, for each broken line. The RDD is cached, then counted, and two executors die before a second count. What does the counter say?",
    options: [
      { text: "Exactly the number of broken lines.", why: "Only updates of an action's own tasks count once. This map is a transformation." },
      { text: "At least that number: broken lines in lost partitions are counted again.", right: true, why: "The lost partitions are computed again, and their tasks count. A sum that must be right belongs into foreach, or into the data." },
      { text: "Less: what the dead executors counted is lost.", why: "Their tasks had reported before they died." },
      { text: "Twice that number.", why: "It would be so without cache(). With it, only what was lost is parsed again." },
    ],
  },
  checkpointWhen: {
    kind: "single",
    question: "Where is a checkpoint worth its price most?",
    options: [
      { text: "For a cached RDD that is one map away from a file.", why: "A lost partition is read and mapped again: cheaper than writing all of it to storage that survives." },
      { text: "For ranks after 50 rounds of PageRank, each with a shuffle.", right: true, why: "A lost partition needs something of every partition of the round before, whose blocks may be lost as well, and so on back. The lineage is long and wide." },
      { text: "For every RDD that is used twice.", why: "That is what cache() is for. A checkpoint is written through the network to disks." },
      { text: "For the result of collect().", why: "That is a list in the driver, and no RDD." },
    ],
  },
};
