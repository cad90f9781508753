import type { Quiz } from "../quiz.js";

/** The questions of the chapter on challenges, by name. */
export const challengesQuizzes: Readonly<
  Record<"whatSustains" | "retryThreshold" | "threeLayers" | "whyJitter" | "deadWork" | "canarySize" | "commonCause" | "healthyAndSick", Quiz>
> = {
  whatSustains: {
    kind: "single",
    question: "A service was slow for two seconds and is overloaded ever since. Everything is repaired. What is the root cause of the overload now?",
    options: [
      { text: "The two slow seconds.", why: "They were the trigger. They are over, and the overload is not." },
      { text: "The retries, which the overload itself brings forth.", right: true, why: "The sustaining effect: each call that is too late is asked again, and so the load stays above what can be served in time." },
      { text: "Too few servers for the calls.", why: "For the calls there are enough, as there were before. There are too few for the calls and their retries." },
      { text: "A bug in the queue.", why: "Every part does what it was built for. That is what makes it hard to see." },
    ],
  },
  retryThreshold: {
    kind: "numeric",
    question: "Every call is attempted up to five times. Up to which load of first attempts, in percent of what the servers can do, does the service surely come back by itself?",
    unit: "%",
    value: 20,
    tolerance: 0.5,
    why: "If all fail, five attempts for each call make five times the load; below one fifth even that can be served.",
    near: [
      { value: 100, why: "That is without retries." },
      { value: 80, why: "Four fifths of the attempts are retries then; but the first ones must leave room for all five." },
    ],
    otherwise: "In the worst case every call is attempted as often as it may be. How large may the load be, so that even then all can be served?",
  },
  threeLayers: {
    kind: "numeric",
    question: "A page asks a service, which asks another one, which asks a database. Each of the three makes up to 4 attempts. The database is down. How many questions does it get for one page?",
    unit: "questions",
    value: 64,
    tolerance: 0.1,
    why: "4 x 4 x 4: each attempt of a layer is a new call for the next one.",
    near: [
      { value: 12, why: "They do not add up. Each attempt above brings all attempts below." },
      { value: 4, why: "That is the lowest layer for one call of the layer above, which calls four times." },
    ],
    otherwise: "Each attempt of one layer is a call of its own for the layer below.",
  },
  whyJitter: {
    kind: "single",
    question: "Why does exponential back-off without jitter not end a storm of callers that failed at the same moment?",
    options: [
      { text: "Because the waits are too short.", why: "However long they are, they are equally long for all." },
      { text: "Because all wait equally long, and come back at the same moment.", right: true, why: "The bursts get rarer, and each is as high as the first. Chance spreads them." },
      { text: "Because nobody may wait that long.", why: "That limits how many attempts there are, not how many come together." },
    ],
  },
  deadWork: {
    kind: "multiple",
    question: "A server with a long queue serves first come first served, and its callers wait 100 ms. Which of these raise its goodput?",
    options: [
      { text: "A bound on the queue, so that whom it takes can be served in time.", right: true, why: "Whoever is refused at once costs nothing, and may ask elsewhere." },
      { text: "Deadlines that travel with the request.", right: true, why: "The server drops what nobody waits for any more." },
      { text: "A longer queue, so that nobody is refused.", why: "Then every answer comes too late, and all work is in vain." },
      { text: "Serving the newest first while it is overloaded.", right: true, why: "The newest still have somebody who waits. The oldest are lost already." },
    ],
  },
  canarySize: {
    kind: "single",
    question: "A bad change goes to one server of 100 first, and it takes ten minutes to see that it is bad. Another team tells all 100 at once, and sees it after one minute. Where do more requests fail?",
    options: [
      { text: "With the canary: ten minutes are longer than one.", why: "But only one server in a hundred has the change." },
      { text: "Where all are told at once, ten times as many.", right: true, why: "100 servers x 1 minute against 1 server x 10 minutes: the blast radius is the product." },
      { text: "In both as many.", why: "Count servers times minutes." },
    ],
  },
  commonCause: {
    kind: "single",
    question: "A replica is down 1 % of the time; a tenth of that has a cause that strikes all replicas at once. What does a service of nine replicas, any of which will do, achieve?",
    options: [
      { text: "It is down once in 10¹⁸.", why: "That would be 0.01 to the power of 9, if all causes were independent." },
      { text: "It is down 0.1 % of the time, as one of three replicas nearly is.", right: true, why: "The common cause is a floor, and no number of replicas gets below it." },
      { text: "It is down 0.1 % of the time divided by nine.", why: "A common cause strikes all nine at once. It does not divide." },
    ],
  },
  healthyAndSick: {
    kind: "single",
    question: "A server answers every health check at once, and serves one request in a hundred. Who notices?",
    options: [
      { text: "The health check, after a while.", why: "It asks another question than the clients do, and gets its answer." },
      { text: "Whoever looks at what becomes of real requests: a breaker, or a caller that counts awaited answers.", right: true, why: "Gray failure is a difference between what the observer sees and what the clients see; so look where the clients are." },
      { text: "Nobody can: the server is up.", why: "Its clients notice at once." },
    ],
  },
};
