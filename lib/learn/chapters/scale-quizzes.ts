import type { Quiz } from "../quiz.js";

/** The questions of chapter 5.1, by name. */
export const scaleQuizzes: Readonly<
  Record<"everyDayFailures" | "leaderWork" | "chordGrowth" | "cutSubtree" | "gossipLoad" | "pushSumMass" | "swimLoad" | "hotShard", Quiz>
> = {
  everyDayFailures: {
    kind: "numeric",
    question: "A machine fails on a given day with probability 1 in 1,000. With which probability does at least one of 2,000 machines fail today?",
    unit: "%",
    value: 86.5,
    tolerance: 1,
    why: "1 − (1 − 1/1,000)^2,000 ≈ 1 − 1/e².",
    near: [
      { value: 100, why: "Two failures are to be expected, and on 13 or 14 days of 100 there is none: some other days have three or four." },
      { value: 0.1, why: "That is one machine." },
      { value: 13.5, why: "That is the probability that none fails." },
      { value: 63.2, why: "That would be 1,000 machines." },
    ],
    otherwise: "Compute the probability that none fails, (1 − p)^n, and take it from 1.",
  },
  leaderWork: {
    kind: "single",
    question: "A leader sends each command to its followers and waits for a majority. The cluster grows from 3 to 9 servers. What becomes of the commands that it can do in a second, if handling the messages that it gets is what takes its time?",
    options: [
      { text: "About a third is left: for each command it gets nine messages in place of three.", right: true, why: "The client's and one of each follower: the leader's messages grow with n. More servers make a replicated log slower." },
      { text: "It stays: only a majority is waited for.", why: "Waited for; but the other answers come as well, and are handled." },
      { text: "It triples: there are three times as many servers.", why: "Each command is done by all of them. For more commands there must be more groups." },
      { text: "It falls to a ninth of a ninth.", why: "Messages in all grow with n here, not with n²; and what counts is the busiest server." },
    ],
  },
  chordGrowth: {
    kind: "single",
    question: "A lookup in a Chord ring of 1,000 nodes takes 5 hops on average. How many in one of 1,000,000?",
    options: [
      { text: "About 10.", right: true, why: "½ log₂ n: the thousandfold adds ten to the logarithm, and so five hops." },
      { text: "About 5,000.", why: "That would be growth with n." },
      { text: "About 160.", why: "That is the square root's growth, by 32. Fingers halve the distance at every hop." },
      { text: "5 as before.", why: "A full table of all nodes would do that, and would have to be kept right at each of them." },
    ],
  },
  cutSubtree: {
    kind: "single",
    question: "A broadcast runs down a tree of depth 6, and each inner node is down with probability 5 %. Which share of the nodes that are up at the bottom hear it, roughly?",
    options: [
      { text: "77 %: the five nodes on the way must all be up.", right: true, why: "0.95⁵, if the root is up. Retrying at the same dead node does not help." },
      { text: "95 %.", why: "That would be one node on the way." },
      { text: "All: the nodes below find another way.", why: "A tree has one way to each. To have others is what gossip pays for." },
      { text: "5 %.", why: "That is the chance that a certain one is down." },
    ],
  },
  gossipLoad: {
    kind: "multiple",
    question: "A push epidemic spreads one piece of news among n nodes. Which is true?",
    options: [
      { text: "The rounds grow with log n.", right: true, why: "log₂ n + ln n." },
      { text: "No node sends more than one message in a round.", right: true, why: "That is what makes it bearable: there is no busiest node." },
      { text: "The messages in all are about n.", why: "A tree needs n − 1. Gossip pays several for each node; most of the last ones are in vain." },
      { text: "If a tenth of the nodes is down, a tenth of those up hears nothing.", why: "They are told by somebody else, a round or two later." },
    ],
  },
  pushSumMass: {
    kind: "single",
    question: "In push-sum a message with half of a node's sum and weight is lost. What happens?",
    options: [
      { text: "All nodes still agree in the end, on a mean that is a little wrong.", right: true, why: "Sum and weight are lost together, so it is as if that part of the values had never been there." },
      { text: "The nodes never agree.", why: "Halving and mixing what is left goes on as before." },
      { text: "Nothing: the estimate is a quotient.", why: "The quotient of what is left in all. It is that of other values with other weights." },
      { text: "The estimate becomes 0 in time.", why: "Sums and weights go to 0 together; their quotient does not." },
    ],
  },
  swimLoad: {
    kind: "single",
    question: "In SWIM every member tests one other member in each period. The group grows from 10 to 1,000. What becomes of the messages that one member sends in a period?",
    options: [
      { text: "They stay the same; news of a failure takes a few periods more.", right: true, why: "The load does not depend on n, and what rides on the messages spreads as an epidemic, with log n." },
      { text: "They grow a hundredfold.", why: "That is all-to-all heartbeats." },
      { text: "They stay the same, and a failure is noticed a hundred times later.", why: "Each member is tested by one of n others on average in each period: that does not depend on n." },
      { text: "They grow with log n.", why: "The number of members that know does, in time. Nobody sends more for it." },
    ],
  },
  hotShard: {
    kind: "single",
    question: "A store has 16 shards. A quarter of all requests is for one key, which has a shard to itself; the others are spread evenly over the other 15. How many times more than one shard can it do?",
    options: [
      { text: "4 times: the shard with that key is full then.", right: true, why: "It gets a quarter of the load, and more shards do not take that from it." },
      { text: "16 times.", why: "Only if the load is spread evenly." },
      { text: "12 times.", why: "The other shards could do that much, but requests come in the same mix." },
      { text: "1 time.", why: "Three quarters of the requests go elsewhere." },
    ],
  },
};
