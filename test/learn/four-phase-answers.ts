import type {
  AcceptorsCostRule,
  CountedVote,
  InstanceRule,
  OutcomeRule,
  SagaRule,
  TakeOverRule,
} from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const split = /decided to commit t1, but .* decided to abort it|decided to abort t1, but .* decided to commit it/;

export const takeOver: Answers<TakeOverRule> = {
  sound: (told, after) => ({ outcome: told ?? "abort", first: after > 0 ? "backups" : "participants" }),
  wrong: [
    {
      name: "always commits",
      trial: /vetoes/,
      problem: /p2 voted no|has not voted|p2 decided to abort t1/,
      run: true,
      answer: () => ({ outcome: "commit", first: "backups" }),
    },
    {
      name: "commits unless it was told to abort",
      trial: /vetoes/,
      problem: /p2 voted no|has not voted|p2 decided to abort t1/,
      run: true,
      answer: (told) => ({ outcome: told ?? "commit", first: "backups" }),
    },
    {
      name: "always aborts",
      trial: /all are willing/,
      problem: split,
      run: true,
      answer: () => ({ outcome: "abort", first: "backups" }),
    },
    {
      name: "tells the participants at once",
      trial: /two backups/,
      problem: split,
      run: true,
      answer: (told) => ({ outcome: told ?? "abort", first: "participants" }),
    },
    {
      name: "tells the participants at once what it was told",
      trial: /two backups/,
      problem: split,
      run: true,
      answer: (told) => ({ outcome: told ?? "abort", first: told ? "participants" : "backups" }),
    },
    {
      name: "aborts at once where it was told nothing",
      trial: /two backups/,
      problem: split,
      run: true,
      answer: (told) => ({ outcome: told ?? "abort", first: told ? "backups" : "participants" }),
    },
    {
      name: "no outcome",
      trial: /vetoes/,
      problem: /the outcome must be "commit" or "abort", got "told"/,
      run: false,
      answer: (() => ({ outcome: "told" })) as never,
    },
  ],
};

export const instance: Answers<InstanceRule> = {
  sound: (votes) =>
    votes.filter((vote) => vote !== null).sort((one, other) => other.ballot - one.ballot)[0]?.value ?? "aborted",
  wrong: [
    {
      name: "thinks well of those who are silent",
      trial: /down from the start/,
      problem: /r2 has not voted|must abort/,
      run: true,
      answer: (votes) =>
        votes.filter((vote) => vote !== null).sort((one, other) => other.ballot - one.ballot)[0]?.value ?? "prepared",
    },
    {
      name: "always prepared",
      trial: /down from the start/,
      problem: /r2 has not voted|must abort/,
      run: true,
      answer: () => "prepared",
    },
    { name: "always aborted", trial: /leader dies/, problem: /must commit/, run: true, answer: () => "aborted" },
    {
      name: "needs all to have voted",
      trial: /every world/,
      problem: /"prepared" was chosen in ballot/,
      run: true,
      answer: (votes) => (votes.every((vote) => vote?.value === "prepared") ? "prepared" : "aborted"),
    },
    {
      name: "one prepared is enough",
      trial: /acceptors may tell/,
      problem: /must be "aborted"/,
      run: false,
      answer: (votes) => (votes.some((vote) => vote?.value === "prepared") ? "prepared" : "aborted"),
    },
    {
      name: "the first one counts",
      trial: /acceptors may tell/,
      problem: /the answer was/,
      run: false,
      answer: (votes) => votes.find((vote) => vote !== null)?.value ?? "aborted",
    },
    {
      name: "no value",
      trial: /down from the start/,
      problem: /the answer must be "prepared" or "aborted", got null/,
      run: false,
      answer: (() => null) as never,
    },
  ],
};

/** Count with some key for who counts together. */
function counting(key: (vote: CountedVote, i: number) => string, group: (vote: CountedVote) => string): OutcomeRule {
  return (managers, votes, quorum) => {
    const chosen = managers.map((name) => {
      const groups = new Map<string, Set<string>>();
      votes.forEach((vote, i) => {
        if (vote.instance !== name) return;
        groups.set(
          `${group(vote)} ${vote.value}`,
          (groups.get(`${group(vote)} ${vote.value}`) ?? new Set()).add(key(vote, i)),
        );
      });
      const [found] = [...groups].find(([, voters]) => voters.size >= quorum) ?? [null];
      return found?.split(" ")[1] ?? null;
    });
    return chosen.includes("aborted") ? "abort" : chosen.every((value) => value === "prepared") ? "commit" : "wait";
  };
}

const soundCount = counting(
  ({ acceptor }) => acceptor,
  ({ ballot }) => String(ballot),
);

export const counted: Answers<OutcomeRule> = {
  sound: soundCount,
  wrong: [
    { name: "never", trial: /^two that are willing$/, problem: /never learns/, run: true, answer: () => "wait" },
    { name: "always commits", trial: /^two that are willing$|vetoes/, problem: /./, run: true, answer: () => "commit" },
    {
      name: "a veto is one vote against two",
      trial: /vetoes/,
      problem: /r2 voted no|must abort|never learns|decided to abort t1/,
      run: true,
      answer: (managers, votes, quorum) =>
        soundCount(managers.slice(0, 1), votes, quorum) === "commit" ? "commit" : soundCount(managers, votes, quorum),
    },
    {
      name: "one acceptor is enough",
      trial: /^every world/,
      problem: /has not chosen "prepared"/,
      run: true,
      answer: (managers, votes) => soundCount(managers, votes, 1),
    },
    {
      name: "counts messages",
      trial: /^every world/,
      problem: /has not chosen "prepared"/,
      run: true,
      answer: counting(
        (_, i) => String(i),
        ({ ballot }) => String(ballot),
      ),
    },
    {
      name: "takes ballots together",
      trial: /all sorts/,
      problem: /must be "wait"/,
      run: false,
      answer: counting(
        ({ acceptor }) => acceptor,
        () => "any",
      ),
    },
    {
      name: "does not miss those who are silent",
      trial: /vetoes/,
      problem: split,
      run: true,
      answer: (managers, votes, quorum) =>
        soundCount(
          managers.filter((name) => soundCount([name], votes, quorum) !== "wait"),
          votes,
          quorum,
        ),
    },
  ],
};

export const nextStep: Answers<SagaRule> = {
  sound: ({ way, at }, isDone, steps) =>
    way === "forward" && isDone
      ? at + 1 < steps
        ? { way, at: at + 1 }
        : "commit"
      : at > 0
        ? { way: "backward", at: at - 1 }
        : "abort",
  wrong: [
    {
      name: "commits after the first",
      trial: /can be done/,
      problem: /of which 1 of 3 steps are done/,
      run: true,
      answer: () => "commit",
    },
    {
      name: "gives up",
      trial: /third step/,
      problem: /of which 2 of 3 steps are done/,
      run: true,
      answer: ({ way, at }, isDone, steps) => (isDone ? (at + 1 < steps ? { way, at: at + 1 } : "commit") : "abort"),
    },
    {
      name: "undoes the first one first",
      trial: /third step/,
      problem: /step 1 was undone before step 2/,
      run: true,
      answer: ({ way, at }, isDone, steps) =>
        way === "forward"
          ? isDone
            ? at + 1 < steps
              ? { way, at: at + 1 }
              : "commit"
            : { way: "backward", at: 0 }
          : at < 1
            ? { way, at: at + 1 }
            : "abort",
    },
    {
      name: "undoes what was not done",
      trial: /third step/,
      problem: /p3 has 210/,
      run: true,
      answer: ({ way, at }, isDone, steps) =>
        way === "forward"
          ? isDone
            ? at + 1 < steps
              ? { way, at: at + 1 }
              : "commit"
            : { way: "backward", at }
          : at > 0
            ? { way, at: at - 1 }
            : "abort",
    },
    {
      name: "undoes one and stops",
      trial: /third step/,
      problem: /of which 1 of 3 steps are done/,
      run: true,
      answer: ({ way, at }, isDone, steps) =>
        way === "forward"
          ? isDone
            ? at + 1 < steps
              ? { way, at: at + 1 }
              : "commit"
            : { way: "backward", at: at - 1 }
          : "abort",
    },
    {
      name: "goes on where a step could not be done",
      trial: /third step/,
      problem: /of which 2 of 3 steps are done/,
      run: true,
      answer: ({ at }, _, steps) => (at + 1 < steps ? { way: "forward", at: at + 1 } : "commit"),
    },
    {
      name: "looks for a step before the first",
      trial: /first step/,
      problem: /must be a step from 0 to 1, got -1/,
      run: false,
      answer: ({ way, at }, isDone, steps) =>
        way === "forward" && isDone
          ? at + 1 < steps
            ? { way, at: at + 1 }
            : "commit"
          : way === "forward" || at > 0
            ? { way: "backward", at: at - 1 }
            : "abort",
    },
  ],
};

export const price: Answers<AcceptorsCostRule> = {
  sound: (n, faults) => ({ messages: (n + 1) * (faults + 3) - 4, faster: n * (2 * faults + 3) - 1 }),
  wrong: [
    {
      name: "two-phase commit",
      trial: /up to six/,
      problem: /your answer is/,
      run: false,
      answer: (n) => ({ messages: 3 * n - 1, faster: 3 * n - 1 }),
    },
    {
      name: "before the leader shares a node",
      trial: /up to six/,
      problem: /Paxos Commit: your answer is/,
      run: false,
      answer: (n, faults) => ({ messages: (n + 1) * (faults + 3) - 2, faster: n * (2 * faults + 3) }),
    },
    {
      name: "uses all acceptors",
      trial: /up to six/,
      problem: /your answer is/,
      run: false,
      answer: (n, faults) => ({
        messages: n - 1 + n * (2 * faults + 1) + 2 * faults + n,
        faster: n - 1 + 2 * n * (2 * faults + 1),
      }),
    },
    {
      name: "the leader decides in the faster form, too",
      trial: /up to six/,
      problem: /Faster Paxos Commit: your answer is/,
      run: false,
      answer: (n, faults) => ({ messages: (n + 1) * (faults + 3) - 4, faster: (n + 1) * (faults + 3) - 4 }),
    },
  ],
};
