import type { Quiz } from "../quiz.js";

/** The questions of chapter 5.2, by name. */
export const intelligenceQuizzes: Readonly<
  Record<"rtoByHand" | "answerToWhich" | "slowDeath" | "whatLearningBuys" | "yesterdaysModel" | "swingingScaler" | "greedyStations", Quiz>
> = {
  rtoByHand: {
    kind: "numeric",
    question: "Smoothed round trip 100 ms, smoothed distance from it 10 ms. A trip of 180 ms is measured. What is the time-out afterwards (Jacobson and Karels)?",
    unit: "ms",
    value: 220,
    tolerance: 0.5,
    why: "Distance: 10 + (80 − 10)/4 = 27.5. Trip: 100 + 80/8 = 110. Time-out: 110 + 4 · 27.5 = 220.",
    near: [
      { value: 150, why: "That is 110 + 4 · 10: the distance has to learn, too." },
      { value: 210, why: "That is 100 + 4 · 27.5: the trip has to learn, too." },
      { value: 360, why: "Twice the trip just measured is the rule of nobody." },
      { value: 430, why: "180 + 4 · … takes the new trip for the mean. It moves it by an eighth only." },
    ],
    otherwise: "First the distance: it moves a quarter of the way to |180 − 100|. Then the trip: an eighth of the way to 180. Then trip + 4 · distance.",
  },
  answerToWhich: {
    kind: "single",
    question: "A question was sent at 0 and again at 200 ms; an answer came at 210. What has the sender learned of the round trip?",
    options: [
      { text: "It takes 10 ms.", why: "If the answer belongs to the first question, it took 210. Who believes 10 sends everything twice from now on." },
      { text: "It takes 210 ms.", why: "If the first question was lost, it took 10. It may be the safer mistake; it is a guess all the same." },
      { text: "Nothing.", right: true, why: "The answer does not say to which question it belongs. Karn's rule: learn only from what was sent once; or number the tries." },
    ],
  },
  slowDeath: {
    kind: "single",
    question: "A machine gets slower by one per cent with each heartbeat. A φ detector with a window of 100 watches it. What happens?",
    options: [
      { text: "φ rises slowly until it reaches the threshold.", why: "φ asks whether this gap is unusual. Each gap is like those before it, so none is." },
      { text: "Nothing: what is slow becomes what is normal.", right: true, why: "The detector learns the decay as it goes. Only a bound that comes from what users need, and not from the past, sees it." },
      { text: "It is suspected and trusted by turns.", why: "For that, gaps would have to be unusual by turns. They grow smoothly, and the mean with them." },
    ],
  },
  whatLearningBuys: {
    kind: "multiple",
    question: "When does a forecast help an autoscaler more than a rule that reacts?",
    options: [
      { text: "When servers take long to start.", right: true, why: "Reacting comes a start-up too late. The forecast orders before the load is there." },
      { text: "When the load comes again every day.", right: true, why: "It can only learn what comes again." },
      { text: "When the load is steady.", why: "Then there is nothing to foresee: the last step says all." },
      { text: "When something happens that has never happened before.", why: "Then it is worst: it orders for the day that it knows." },
    ],
  },
  yesterdaysModel: {
    kind: "single",
    question: "Beside the forecast runs a rule that reacts, and the larger of the two counts. What is it for?",
    options: [
      { text: "It makes the forecast more accurate.", why: "The forecast stays what it was. The guard only keeps it from asking for too few." },
      { text: "It bounds the damage on a day that the model does not know, for some servers more.", right: true, why: "The system is then never worse than the plain rule would be; that is what learned parts should be held to." },
      { text: "It saves servers.", why: "It can only ask for more. It is paid for like an insurance." },
    ],
  },
  swingingScaler: {
    kind: "single",
    question: "A scaler adds two servers whenever they are too busy, looks again after each minute, and a server takes six minutes to start. The load jumps. What do you expect?",
    options: [
      { text: "It adds as many as needed and stops.", why: "In the six minutes before the first one works, it sees the same need six times." },
      { text: "It adds far too many, then takes away too many, and so on.", right: true, why: "It acts again and again on what it has set right already. A rest as long as the start-up, or counting what was ordered, cures it." },
      { text: "It adds two, and waits six minutes.", why: "That would be the cure. The rule has no rest." },
    ],
  },
  greedyStations: {
    kind: "single",
    question: "Ten stations share a channel, and each learns the window that pays best for itself. Why does the channel get worse with time?",
    options: [
      { text: "The learning rate is too small.", why: "A faster learner gets there sooner. It learns what pays, and that is the trouble." },
      { text: "For each alone a smaller window pays more, whatever the others do; and then all have small ones.", right: true, why: "The tragedy of the commons. Each learns well; what they learn is bad for all. A gain that all share turns it round." },
      { text: "A bandit cannot learn where others learn, too.", why: "It can, and does: see those that learn for all." },
    ],
  },
};
