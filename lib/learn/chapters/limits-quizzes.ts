import type { Quiz } from "../quiz.js";

/** The questions of chapter 2.1.3, by name. */
export const limitsQuizzes: Readonly<
  Record<"lastMessenger" | "flpMeaning" | "bivalentWorld" | "falseAlarm" | "coinEnds" | "hiddenRounds" | "phiNines", Quiz>
> = {
  lastMessenger: {
    kind: "single",
    question: "The two generals send a thousand messengers back and forth. What has been gained?",
    options: [
      { text: "They can attack safely: it is practically certain that most messengers came through.", why: "Nearly certain is not certain: in the run where the decisive messenger is caught, one attacks alone." },
      { text: "Nothing that matters: whoever sent the last one does not know whether it came.", right: true, why: "If the attack depends on the last messenger, its loss leaves one alone; if it does not, it need not be sent. So for every one of them." },
      { text: "They know it after an even number of messengers, because both have had an answer.", why: "The one who sent the last answer knows less than the other, whatever its number." },
    ],
  },
  flpMeaning: {
    kind: "multiple",
    question: "What does the theorem of Fischer, Lynch and Paterson say?",
    options: [
      { text: "No deterministic protocol decides in every run, if messages may take any time and one process may crash.", right: true, why: "That is it: for each protocol that is safe there is a run in which it goes on for ever." },
      { text: "Consensus cannot be reached in real systems.", why: "It says that one run without an end exists, and not that it is likely. Paxos and Raft decide all day." },
      { text: "Losing messages makes consensus impossible.", why: "In their model nothing is lost. Slowness is enough, because it cannot be told from a crash." },
      { text: "A protocol that always ends must sometimes disagree.", right: true, why: "The same theorem from the other side: safety and termination cannot both be had in every run." },
      { text: "With enough processes, a single crash does no harm.", why: "Number is no help: the theorem holds for any number of processes, and a single one that may crash is enough." },
    ],
  },
  bivalentWorld: {
    kind: "single",
    question: "A world is bivalent. What follows?",
    options: [
      { text: "Two nodes have decided differently.", why: "Then agreement would be broken. In a bivalent world nobody has decided in a safe protocol." },
      { text: "From it some run decides 0, and another decides 1.", right: true, why: "The choice has not been made: it depends on what happens next." },
      { text: "Half of the nodes want 0 and half want 1.", why: "That is about wishes. A world with mixed wishes may well be univalent, because the protocol has made its choice." },
      { text: "The protocol never decides.", why: "It may. The adversary has to work for a run without an end, step by step." },
    ],
  },
  falseAlarm: {
    kind: "single",
    question: "What can a wrong suspicion do to the rotating coordinator (and to Paxos and Raft)?",
    options: [
      { text: "Two values are decided.", why: "Not with quorums that meet: all of these are safe whatever the detector says. The explorer has tried every suspicion." },
      { text: "It takes longer, and if suspicions never end, for ever.", right: true, why: "Safety never rests on time; only the end of the run does." },
      { text: "The suspected node has to be removed from the cluster.", why: "It does no harm: it answers late, and its round is over." },
    ],
  },
  coinEnds: {
    kind: "single",
    question: "Ben-Or's protocol ends with probability 1. Why does that not contradict the theorem?",
    options: [
      { text: "Because it waits for n − f messages only.", why: "So does every protocol that stands a crash; the theorem is about all of them." },
      { text: "Because a run without an end still exists, and has probability 0.", right: true, why: "Coins that fall differently for ever are possible, and the theorem asks no more than that. The chance of k such rounds goes to 0." },
      { text: "Because a coin needs a clock.", why: "It needs none. That is its charm: no time-out, no detector." },
    ],
  },
  hiddenRounds: {
    kind: "numeric",
    question: "Seven processes in synchronous rounds, of which three may crash. After how many rounds can FloodSet decide, at the earliest?",
    unit: "rounds",
    value: 4,
    tolerance: 0,
    why: "f + 1: among four rounds there is one without a crash, after which all have seen the same. Seven does not matter.",
    near: [
      { value: 3, why: "Three crashes can spoil three rounds, one each, and hide a value to the end." },
      { value: 7, why: "The number of processes does not matter, only how many may crash." },
      { value: 2, why: "Enough for one crash. With three, each round can have its own." },
      { value: 1, why: "After one round a process that crashed in it has told some and not others." },
    ],
    otherwise: "How many rounds can be spoilt by a crash? One more is enough.",
  },
  phiNines: {
    kind: "numeric",
    question: "A detector suspects at φ = 3. If gaps between heartbeats are as it believes, in one of how many silences so long would the suspicion be wrong?",
    unit: "silences",
    value: 1_000,
    tolerance: 0,
    why: "φ = −log10 of the chance that the heartbeat is still to come: 10⁻³.",
    near: [
      { value: 3, why: "φ is a logarithm to base 10: each unit makes a mistake ten times as rare." },
      { value: 8, why: "2³ would be a logarithm to base 2. It is to base 10." },
      { value: 300, why: "Not 100 for each unit, but ten times for each." },
    ],
    otherwise: "φ = −log10 P, where P is the chance that the heartbeat is still to come.",
  },
};
