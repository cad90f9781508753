import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.4, by name. */
export const computingQuizzes: Readonly<
  Record<"serialShare" | "whoMoves" | "chainLength" | "wideLoss" | "youngRoot" | "combinerSaves" | "slowestOfMany" | "enoughOfOne", Quiz>
> = {
  serialShare: {
    kind: "numeric",
    question: "A job spends a tenth of its time on one machine on what cannot be shared. How many times faster can it get at most, with as many machines as you like?",
    unit: "times",
    value: 10,
    tolerance: 0,
    why: "The tenth stays: 1 / 0.1 (Amdahl 1967).",
    near: [
      { value: 9, why: "Nine tenths can vanish, and one is left: ten times faster." },
      { value: 90, why: "That is the share that can be shared, in percent." },
    ],
    otherwise: "What is left when all that can be shared takes no time at all?",
  },
  whoMoves: {
    kind: "single",
    question: "A function of a kilobyte works on 64 MB that lie on one machine. What should travel?",
    options: [
      { text: "The data, to the machine where the program is.", why: "64 MB through a network that all share, instead of a kilobyte." },
      { text: "The function, to the machine where the data is.", right: true, why: "That is locality: the master prefers a machine that holds a copy of the input (Dean & Ghemawat 2004, section 3.4)." },
      { text: "Both, to a third machine that is idle.", why: "Only when the machines that hold the data stay busy for long." },
    ],
  },
  chainLength: {
    kind: "numeric",
    question: "20 rounds of narrow steps over 100 partitions on 10 machines, only the last round in memory, no checkpoint. In round 20 a machine dies. How many partitions of rounds 1 to 19 are computed again?",
    unit: "partitions",
    value: 190,
    tolerance: 0,
    why: "The machine held 10 partitions of round 19; behind each is a chain of 19 rounds.",
    near: [
      { value: 10, why: "That is how many are lost. To compute one, the one before it is needed, and it is no longer there." },
      { value: 1900, why: "Narrow steps need only the lost chains, not those of the other machines." },
    ],
    otherwise: "How many partitions are lost, and how long is the chain behind each?",
  },
  wideLoss: {
    kind: "single",
    question: "The same job, but each round needs all partitions of the round before. What is computed again?",
    options: [
      { text: "The same 190.", why: "To make one partition of round 19, all 100 of round 18 are needed, and they are gone." },
      { text: "All rounds, from the input on.", right: true, why: "So behind wide steps a checkpoint is worth its price (Zaharia et al. 2012, section 5.4)." },
      { text: "Only round 20.", why: "It needs round 19, of which a tenth is lost." },
    ],
  },
  youngRoot: {
    kind: "numeric",
    question: "A checkpoint costs 2 s, a failure comes every 100 s. By sqrt(2 C M), after how many seconds of work is a checkpoint due?",
    unit: "s",
    value: 20,
    tolerance: 0,
    why: "sqrt(2 · 2 · 100) = 20.",
    near: [
      { value: 14.1, why: "That is sqrt(C M): mind the 2." },
      { value: 100, why: "Then half of the time between failures would be lost." },
    ],
    otherwise: "Put the numbers in: 2 times 2 times 100, and its root.",
  },
  combinerSaves: {
    kind: "single",
    question: "When does a combiner save most?",
    options: [
      { text: "When each key is met once in a split.", why: "Then there is nothing to combine: one pair for one pair." },
      { text: "When a split meets the same keys again and again.", right: true, why: "Large splits over few keys: what is sent is bounded by the number of keys." },
      { text: "When there are many reduce tasks.", why: "Their number does not change how many pairs a split emits." },
    ],
  },
  slowestOfMany: {
    kind: "numeric",
    question: "One task in a hundred is slow. A job waits for 100 tasks. In about what percentage of all jobs is at least one slow?",
    unit: "%",
    value: 63.4,
    tolerance: 1,
    why: "1 − 0.99^100 = 0.634. What is rare for a task is usual for a job.",
    near: [
      { value: 1, why: "That is the chance of one task." },
      { value: 100, why: "On average one is slow; in a good third of the jobs none is." },
    ],
    otherwise: "What is the chance that none of the 100 is slow?",
  },
  enoughOfOne: {
    kind: "multiple",
    question: "Which are good reasons to use more than one machine?",
    options: [
      { text: "The data do not fit on one machine's disks.", right: true, why: "Then there is no choice." },
      { text: "One machine would take days, also with a good program.", right: true, why: "After the good program was tried." },
      { text: "The data are a gigabyte.", why: "That fits in memory, many times." },
      { text: "The job speeds up nearly tenfold on ten machines.", why: "It may still be slower than one thread that does it well (McSherry et al. 2015)." },
    ],
  },
};
