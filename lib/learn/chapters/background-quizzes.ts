import type { Quiz } from "../quiz.js";

/** The questions of the chapter on the background, by name. */
export const backgroundQuizzes: Readonly<
  Record<"chainOfParts" | "quorumOrAny" | "expectedFailures" | "tailOfHundred" | "littleCount" | "halfIdle" | "afterThePeak" | "whichModel", Quiz>
> = {
  chainOfParts: {
    kind: "numeric",
    question: "A request needs 30 services, each of which works 99.9 % of the time, independently of the others. How much of the time does the request work?",
    unit: "%",
    value: 97.04,
    tolerance: 0.06,
    why: "0.999 to the power of 30 is 0.9704: thirty parts in a row turn three nines into one and a half.",
    near: [
      { value: 99.9, why: "That is one of the services. All thirty must work at the same moment." },
      { value: 70, why: "Thirty times 0.1 % is 3 %, and not 30 %." },
    ],
    otherwise: "All must work at once, so the probabilities multiply: 0.999 to the power of 30.",
  },
  quorumOrAny: {
    kind: "single",
    question: "Three replicas, each down 1 % of the time. Which is down more often: a service for which any replica will do, or one that needs a majority?",
    options: [
      { text: "Both are the same, for both have three replicas.", why: "The same machines, but another question. For one it takes three failures at once, for the other two." },
      { text: "The one that needs a majority, about 300 times as often.", right: true, why: "Two of three down at once: about 3 x 0.01^2 = 0.0003. All three: 0.01^3 = 0.000001." },
      { text: "The one for which any will do, because it has no majority.", why: "It needs less, so it is down less often. What it does not have is agreement, and chapter 2.1 says what that costs." },
    ],
  },
  expectedFailures: {
    kind: "numeric",
    question: "A data centre has 50,000 disks, and 3 % of the disks fail in a year. How many failures are there on an average day?",
    unit: "failures a day",
    value: 4.11,
    tolerance: 0.06,
    why: "50,000 x 0.03 / 365 = 4.1. Somebody walks through the hall with a box of disks every day.",
    near: [
      { value: 1500, why: "That is a year." },
      { value: 125, why: "That is a month." },
    ],
    otherwise: "Expectations add: the number of disks, times the yearly rate, over the days of a year.",
  },
  tailOfHundred: {
    kind: "single",
    question: "Each of 100 servers answers within 10 ms in 99 of 100 cases. A request asks all of them and waits for all. How often does it take longer than 10 ms?",
    options: [
      { text: "In 1 of 100 cases.", why: "That is one server. The request is slow if any one of the hundred answers is." },
      { text: "In 63 of 100 cases.", right: true, why: "It is quick only if all are: 0.99^100 = 0.37." },
      { text: "Always.", why: "On average one of the hundred answers is slow, but they are not dealt out evenly: in 37 of 100 cases none is." },
      { text: "Never, because the hundred share the work.", why: "Each does a smaller part. But the request waits for the last of them." },
    ],
  },
  littleCount: {
    kind: "numeric",
    question: "A service gets 200 requests per second, and each stays 150 ms on average. How many are inside at a time, on average?",
    unit: "requests",
    value: 30,
    tolerance: 0.001,
    why: "Little's law: 200 per second x 0.15 s = 30. So it needs room for well over 30 at a time: threads, connections, memory.",
    near: [
      { value: 30_000, why: "Mind the units: 150 ms are 0.15 s." },
      { value: 1.3, why: "That is one rate over the other. Rate times time is what is inside." },
    ],
    otherwise: "Little's law: the rate of arrival times the time that each one stays.",
  },
  halfIdle: {
    kind: "single",
    question: "A server is busy 50 % of the time and answers in 20 ms on average (M/M/1). The load doubles to nearly 100 %, to 98 %. What becomes of the answers?",
    options: [
      { text: "They take 40 ms: twice the load, twice the time.", why: "Time does not grow with the load, but with one over what is idle." },
      { text: "They take 500 ms: 25 times as long.", right: true, why: "The time is S / (1 - utilisation): 10 / 0.5 = 20 ms before, 10 / 0.02 = 500 ms now." },
      { text: "They still take 20 ms, as long as the server is not overloaded.", why: "Requests come at random moments. The fuller the server, the more of them find it busy." },
    ],
  },
  afterThePeak: {
    kind: "single",
    question: "A program does more with 16 workers than with 8, and less with 32 than with 16. What does Amdahl's law lack that the universal scalability law has?",
    options: [
      { text: "A term for the serial part.", why: "That is the one term that it has. With it alone the curve flattens, and never falls." },
      { text: "A term for what each pair of workers costs.", right: true, why: "The coherence cost grows as n(n - 1), faster than the work that n workers do." },
      { text: "A term for slow workers.", why: "Slow workers bring less, but none of them makes the others slower." },
    ],
  },
  whichModel: {
    kind: "multiple",
    question: "Which sentences are true of partial synchrony (Dwork, Lynch and Stockmeyer 1988)?",
    options: [
      { text: "From some moment on, messages arrive within a bound; nobody knows when that moment is.", right: true, why: "The paper's second form, with a global stabilisation time." },
      { text: "There is a bound on the delay of messages, but nobody knows it.", right: true, why: "The paper's first form." },
      { text: "A protocol for it must be safe also as long as messages take any time.", right: true, why: "Before that moment the network is asynchronous. Only progress may wait for it." },
      { text: "Whoever has not answered after a known time has crashed.", why: "That holds in the synchronous model only, and is what time-outs quietly assume." },
    ],
  },
};
