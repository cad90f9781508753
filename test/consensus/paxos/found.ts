/**
 * What the search finds in each world: the property and the problem, the length of a shortest schedule and the
 * number of worlds nearer than that; and how many worlds there are with the sound role, all of them good.
 */
export const found: Readonly<Record<string, { readonly problem: string; readonly steps: number; readonly worlds: number; readonly sound: number }>> = {
  "gullible acceptor": { problem: 'p1 decided "x", but p2 decided "y"', steps: 18, worlds: 718, sound: 517 },
  "unbound acceptor": {
    problem: '"y" was chosen in ballot (1, p2), but ballot (2, p1) is for "x"', steps: 12, worlds: 36178, sound: 739745,
  },
  "forgetful acceptor": {
    problem: '"x" was chosen in ballot (1, p1), but ballot (1, p2) is for "y"', steps: 14, worlds: 72042, sound: 629623,
  },
  "mixing acceptor": { problem: 'ballot (1, p1) has two values, "x" and "y"', steps: 12, worlds: 8229, sound: 156807 },
  "minority proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 10, worlds: 18565, sound: 156807 },
  "loose proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 14, worlds: 20874, sound: 156807 },
  "stubborn proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 18, worlds: 516, sound: 517 },
  "greatest-value proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 18, worlds: 516, sound: 517 },
  "double-counting proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 13, worlds: 4305, sound: 6324 },
  "forgetful proposer": { problem: 'p1 decided "x", but p1 decided "y"', steps: 20, worlds: 99102, sound: 214453 },
  "ballotless proposer": { problem: 'p1 decided "x", but p2 decided "y"', steps: 10, worlds: 185, sound: 517 },
  "double-counting learner": { problem: 'l1 learned "x", which no quorum has voted for', steps: 8, worlds: 554, sound: 2601 },
  "hasty learner": { problem: 'l1 decided "x", but l2 decided "y"', steps: 10, worlds: 3248, sound: 45657 },
  "changing learner": { problem: 'l1 decided "y", but l1 decided "x"', steps: 16, worlds: 46755, sound: 140792 },
};
