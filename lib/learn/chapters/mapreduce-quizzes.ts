import type { Quiz } from "../quiz.js";

/** The questions of the chapter on MapReduce, by name. */
export const mapreduceQuizzes: Readonly<
  Record<"whatIsLost" | "shuffleFetches" | "combinerFit" | "reduceStart" | "lostMaps" | "backupCost" | "oneHotKey" | "splitCount", Quiz>
> = {
  whatIsLost: {
    kind: "numeric",
    question: "The listing slices the numbers 0 to 99 into pieces of four and takes the first of each piece for a key. Mended so that it adds the second fields, what does it print?",
    unit: "sum",
    value: 3750,
    tolerance: 0,
    why: "The sum of all is 4,950; the 25 first numbers 0, 4, …, 96 add up to 1,200, and they are gone.",
    near: [
      { value: 4950, why: "That is the sum of all 100 numbers. 25 of them have become keys." },
      { value: 1200, why: "That is what is lost." },
    ],
    otherwise: "Add up 0, 4, 8, …, 96, and take that from 4,950.",
  },
  splitCount: {
    kind: "single",
    question: "A line reaches over the border of two splits. Who reads it?",
    options: [
      { text: "Both, and reduce removes the duplicate.", why: "Reduce sees words, not lines: it would count them twice." },
      { text: "The map task in whose split it begins; the other one skips to its first whole line.", right: true, why: "Both can decide it alone, because each looks only at where lines begin." },
      { text: "The one that has the larger part of it.", why: "To know that, each would have to read the whole line, and agree about a tie." },
      { text: "The master cuts the input at ends of lines first.", why: "Then one machine would have to read all of it before anything begins." },
    ],
  },
  reduceStart: {
    kind: "single",
    question: "When may a reduce task call the reduce function for its first key?",
    options: [
      { text: "As soon as the first map output has arrived.", why: "The next one may hold another value of that key." },
      { text: "When all map tasks are done and it has a region of each.", right: true, why: "Copying may begin with the first map output, reducing only when nothing can come any more." },
      { text: "When it has all the map outputs that the master has told it of.", why: "The master tells of an output when it is there: there may be more to come. One of the broken workers does this." },
      { text: "When half of the map tasks are done.", why: "A key that is counted by halves is counted wrongly." },
    ],
  },
  shuffleFetches: {
    kind: "numeric",
    question: "M = 200 map tasks and R = 50 reduce tasks. How many regions are copied from map workers to reduce workers, if nothing fails and no worker has both?",
    unit: "regions",
    value: 10_000,
    tolerance: 0,
    why: "Each map task parts its output into R regions, one for each reduce task: M times R.",
    near: [
      { value: 250, why: "M + R is how often the master decides something. Data goes from each to each." },
      { value: 200, why: "One region for each map task would do for R = 1." },
    ],
    otherwise: "How many regions does one map task write?",
  },
  combinerFit: {
    kind: "multiple",
    question: "Which of these may stand as combiner exactly as they are as reduce?",
    options: [
      { text: "sum", right: true, why: "Sums of sums are the sum." },
      { text: "maximum", right: true, why: "The largest of the largest ones." },
      { text: "mean", why: "The mean of 1, 2 and of 6 is not the mean of 1, 2, 6. Carry sum and count." },
      { text: "median", why: "Medians of parts say nothing of the whole." },
      { text: "number of values", why: "Combined, the values are counts: counting counts gives the number of parts. Sum them." },
    ],
  },
  lostMaps: {
    kind: "single",
    question: "A worker has done 8 map tasks and 1 reduce task, and is in the middle of another of each. It dies. How many tasks go back to idle?",
    options: [
      { text: "2: those in the middle.", why: "The outputs of its 8 map tasks lie on its disk, and nobody can read that." },
      { text: "10", right: true, why: "8 map outputs are gone with its disk, and the 2 in the middle. The done reduce task is in the global file system." },
      { text: "11", why: "What the reduce task has committed is in the global file system, on other disks." },
      { text: "9: all its map tasks.", why: "The reduce task in the middle is lost as well." },
    ],
  },
  backupCost: {
    kind: "single",
    question: "Why are backups started only for the last tasks in progress, and not for every task that is slower than the mean?",
    options: [
      { text: "A second attempt might commit another output.", why: "The first rename wins, and both have made the same." },
      { text: "As long as other tasks wait, a worker is better used for these; at the end it would be idle.", right: true, why: "A backup costs a worker's time. When nothing waits that time is free: a few per cent for a third of the whole." },
      { text: "Counters would be counted twice.", why: "Each task counts once, by whichever attempt is first." },
      { text: "The master cannot know which tasks are slow.", why: "It knows when each began. It need not even look: it backs up all that are left." },
    ],
  },
  oneHotKey: {
    kind: "single",
    question: "30 % of all intermediate pairs have one key, and cannot be combined. What do more reduce tasks change?",
    options: [
      { text: "The time falls in proportion.", why: "For the other keys, yes. The one with 30 % has one home." },
      { text: "Nothing much: all pairs of a key go to one reduce task, and it is the last.", right: true, why: "The key's task takes 30 % of the data, with 4 tasks or with 4,000." },
      { text: "Backups take the hot task apart.", why: "A backup does the same task from its beginning, with the same data." },
      { text: "The hash spreads the key's values.", why: "It is a hash of the key, and must be, or reduce would not see all values." },
    ],
  },
};
