import type { Quiz } from "../quiz.js";

/** The questions of chapter 5.3, by name. */
export const realTimeQuizzes: Readonly<
  Record<"slidingShare" | "watermarkSays" | "lateForWhom" | "panesAddUp" | "markerPlace" | "alignmentPrice" | "exactlyOnceIs" | "microBatchWait", Quiz>
> = {
  slidingShare: {
    kind: "numeric",
    question: "Sliding windows of 60 s, of which one begins every 15 s. In how many windows is one event?",
    unit: "windows",
    value: 4,
    tolerance: 0,
    why: "60 / 15: each event is counted four times, which is meant.",
    near: [
      { value: 1, why: "That is so for tumbling windows." },
      { value: 5, why: "Windows do not include their end: on a border, one ends where the other begins." },
    ],
    otherwise: "How many windows have begun and not yet ended at any one time?",
  },
  watermarkSays: {
    kind: "single",
    question: "A task's watermark is 12:00. What does that say?",
    options: [
      { text: "It is 12:00 at the task.", why: "That is processing time. A watermark is about event time, and usually behind." },
      { text: "All events that happened before 12:00 have been seen, as far as it can tell.", right: true, why: "\"As far as it can tell\": a heuristic watermark may be wrong, and then events are late." },
      { text: "The latest event that it has seen is of 12:00.", why: "With a bound, the latest event is ahead of the watermark by that bound." },
      { text: "No event may come before 12:00 any more; the network holds it back.", why: "Nobody can forbid an event to come. It is late then, and the window's lateness says what becomes of it." },
    ],
  },
  lateForWhom: {
    kind: "single",
    question: "One of 100 inputs sends nothing for an hour. What becomes of the results of the other 99, if nothing is done about it?",
    options: [
      { text: "They come without the events of that input.", why: "The task does not know whether there are any. It waits." },
      { text: "None comes: the watermark is the least of all inputs, and that one's stands still.", right: true, why: "So an input that is idle must say so, or be taken for idle after a while: and then its events may be late." },
      { text: "They come, and are corrected later.", why: "Only with early triggers. On time, nothing is said before the watermark moves." },
    ],
  },
  panesAddUp: {
    kind: "numeric",
    question: "A window of sums is retracting. Its panes are: 5; then −5 and 8; then −8 and 12. A consumer adds everything that it gets. What does it hold in the end?",
    unit: "sum",
    value: 12,
    tolerance: 0,
    why: "5 − 5 + 8 − 8 + 12. Each correction takes back what was said before.",
    near: [
      { value: 25, why: "That is what it holds if nothing is taken back: the error of accumulating panes that are added." },
      { value: 7, why: "Mind the signs: −8 takes back the 8." },
    ],
    otherwise: "Add the numbers one after the other.",
  },
  markerPlace: {
    kind: "single",
    question: "A process records its state and sends one more message before its markers. What can go wrong?",
    options: [
      { text: "Nothing: the marker comes soon enough.", why: "The receiver takes the message before it hears of the snapshot." },
      { text: "The message is in the receiver's state, and its sending is not in the sender's: money out of nothing.", right: true, why: "The cut is not consistent: an effect without its cause." },
      { text: "The message is lost.", why: "The channel loses nothing; it is counted on the wrong side." },
      { text: "The snapshot never ends.", why: "All markers come. It ends, and is wrong." },
    ],
  },
  alignmentPrice: {
    kind: "single",
    question: "Under back-pressure an aligned checkpoint takes long. Why?",
    options: [
      { text: "States are large.", why: "They are as large as ever." },
      { text: "The barrier waits in the queues behind everything that waits there, and the inputs that are through wait for the others.", right: true, why: "An unaligned barrier overtakes the queues, and stores them instead." },
      { text: "The coordinator is overloaded.", why: "It handles one message from each task." },
      { text: "Barriers need credit that they do not get.", why: "They get it in their turn. The turn is what takes long." },
    ],
  },
  exactlyOnceIs: {
    kind: "multiple",
    question: "What does a stream processor with aligned barriers and a transactional sink promise?",
    options: [
      { text: "Each event is handled once.", why: "After a crash, events are handled again. Only their effect is there once." },
      { text: "Each event has its effect on the states once.", right: true, why: "States go back to the checkpoint, and the sources with them." },
      { text: "Each result is shown once.", right: true, why: "That is the sink's part: prepared at the barrier, shown when the checkpoint is complete." },
      { text: "An e-mail that a task sends is sent once.", why: "What leaves the system beside the sink is not taken back, and is sent again." },
    ],
  },
  microBatchWait: {
    kind: "numeric",
    question: "Micro-batches begin every 1,000 ms, and each takes 200 ms. How long does a record take on average, from its coming to its result?",
    unit: "ms",
    value: 700,
    tolerance: 10,
    why: "It waits 500 ms on average for its batch to begin, and then 200 ms for its end.",
    near: [
      { value: 200, why: "That is only the batch itself." },
      { value: 1200, why: "That is the worst case." },
      { value: 1000, why: "Half an interval of waiting is the mean, not a whole one." },
    ],
    otherwise: "How long does it wait for the next batch on average?",
  },
};
