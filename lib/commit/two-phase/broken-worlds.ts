import type { Property } from "../../core/property.js";
import type { AnyRole } from "../../core/role.js";
import type { BrokenWorld, SmallWorld } from "../broken-world.js";
import { atomicity, commitNeedsAllVotes, locksGoWithDoubt } from "../properties.js";
import { accounts, scripted, type ScriptedWork } from "../resource.js";
import * as broken from "./broken.js";
import { coordinator } from "./coordinator.js";
import type { Form } from "./forms.js";
import { intermediate } from "./intermediate.js";
import { participant } from "./participant.js";

const properties: Readonly<Record<"AC1" | "AC2" | "locks", Property>> = {
  AC1: atomicity,
  AC2: commitNeedsAllVotes(),
  locks: locksGoWithDoubt(scripted),
};

/**
 * Each rule of two-phase commit that a role of `broken.ts` breaks, in the world in which breadth-first search finds the
 * shortest schedule that it leads astray. There is one transaction, t1, and it has two participants, p1 and p2.
 *
 * One role is missing: a coordinator that knows no abort leads nobody astray, but some nowhere.
 */
export const brokenWorlds: readonly BrokenWorld[] = [
  {
    name: "forgetful coordinator",
    does: "keeps nothing on its disk",
    inListing: "T-no-log",
    ...contest({ form: "presumed-abort", crashes: { c: 1 }, timers: { p2: 1 } }, { coordinator: broken.forgetfulCoordinator }),
  },
  {
    name: "telling coordinator",
    does: "tells its decision before it writes it down",
    inListing: null,
    ...contest({ form: "presumed-abort", crashes: { c: 1 }, timers: { p2: 1 } }, { coordinator: broken.tellingCoordinator }),
  },
  {
    name: "hasty forgetter",
    does: "forgets a commit after the first acknowledgement",
    inListing: null,
    ...contest({ form: "presumed-abort", timers: { p2: 1 } }, { coordinator: broken.hastyForgetter }),
  },
  {
    name: "quitting coordinator",
    does: "tells its decisions once after a crash, and closes the matter",
    inListing: null,
    ...contest({ form: "presumed-abort", crashes: { c: 1 }, timers: { p2: 1 } }, { coordinator: broken.quittingCoordinator }),
  },
  {
    name: "wrongly presuming coordinator",
    does: "answers \"commit\" about what it has forgotten, in a log for presumed abort",
    inListing: null,
    ...contest({ form: "presumed-abort", timers: { c: 1, p1: 1 } }, { coordinator: broken.wronglyPresumingCoordinator }),
  },
  {
    name: "uncollecting coordinator",
    does: "does not write down whom it asks, in a log for presumed commit",
    inListing: null,
    ...contest(
      { form: "presumed-commit", work: { p1: "yes", p2: "no" }, crashes: { c: 1 }, timers: { p1: 1 } },
      { coordinator: broken.uncollectingCoordinator },
    ),
  },
  {
    name: "deaf coordinator",
    does: "takes every vote for a yes",
    inListing: "T-no-vote",
    ...contest({ work: { p1: "yes", p2: "no" }, property: "AC2" }, { coordinator: broken.deafCoordinator }),
  },
  {
    name: "optimistic coordinator",
    does: "decides to commit as soon as it has asked",
    inListing: "T-optimistic-commit",
    ...contest({ property: "AC2" }, { coordinator: broken.optimisticCoordinator }),
  },
  {
    name: "double-counting coordinator",
    does: "counts a vote twice that arrives twice",
    inListing: null,
    ...contest({ duplicates: 1, property: "AC2" }, { coordinator: broken.doubleCountingCoordinator }),
  },
  {
    name: "forgetful participant",
    does: "keeps nothing on its disk",
    inListing: "T-no-log",
    ...contest({ cooperative: true, crashes: { p1: 1 }, timers: { p2: 1 } }, { participant: broken.forgetfulParticipant }),
  },
  {
    name: "promising participant",
    does: "votes before it writes that down",
    inListing: null,
    ...contest({ cooperative: true, crashes: { p1: 1 }, timers: { p2: 1 } }, { participant: broken.promisingParticipant }),
  },
  {
    name: "hasty acknowledger",
    does: "acknowledges a commit that is not on its disk",
    inListing: null,
    ...contest({ form: "presumed-abort", crashes: { p1: 1 } }, { participant: broken.hastyAcknowledger }),
  },
  {
    name: "impatient participant",
    does: "aborts when it has been in doubt for long",
    inListing: null,
    ...contest({ timers: { p1: 1 } }, { participant: broken.impatientParticipant }),
  },
  {
    name: "relaying participant",
    does: "aborts when it has been in doubt for long, though everybody passes on what he hears",
    inListing: null,
    ...contest({ timers: { p1: 1 } }, { participant: broken.relayingParticipant }),
  },
  {
    name: "faithless participant",
    does: "tells others to abort when it is in doubt itself",
    inListing: null,
    ...contest({ cooperative: true, timers: { p1: 1 } }, { participant: broken.faithlessParticipant }),
  },
  {
    name: "forgetful reader",
    does: "only reads, and forgets in a crash that it has voted",
    inListing: null,
    ...contest(
      { cooperative: true, work: { p1: "yes", p2: "read-only" }, crashes: { p2: 1 }, timers: { p1: 1 } },
      { participant: broken.forgetfulReader },
    ),
  },
  {
    name: "wavering participant",
    does: "vetoes, and forgets that in a crash",
    inListing: null,
    world: wavering(broken.waveringParticipant),
    sound: wavering(participant),
  },
  {
    name: "careless participant",
    does: "keeps the locks of a transaction in which its resource has failed",
    inListing: null,
    ...contest({ work: { p1: "throw", p2: "yes" }, property: "locks" }, { participant: broken.carelessParticipant }),
  },
  {
    name: "forgetful intermediate",
    does: "tells those below it that they have aborted, and forgets that it has",
    inListing: null,
    world: branch(broken.forgetfulIntermediate),
    sound: branch(intermediate),
  },
];

interface Contest {
  /** By default "basic". */
  readonly form?: Form;
  readonly cooperative?: boolean;
  /** By default both vote yes. */
  readonly work?: Readonly<Record<"p1" | "p2", ScriptedWork>>;
  readonly property?: "AC1" | "AC2" | "locks";
  readonly timers?: Readonly<Record<string, number>>;
  readonly crashes?: Readonly<Record<string, number>>;
  readonly duplicates?: number;
}

interface Cast {
  readonly coordinator: typeof coordinator;
  readonly participant: (options: { readonly form?: Form; readonly cooperative?: boolean }) => AnyRole;
}

/** A transaction with one part of the cast replaced, and the same without. */
function contest(about: Contest, replaced: Partial<Cast>): Pick<BrokenWorld, "world" | "sound"> {
  const sound: Cast = { coordinator, participant };
  return { world: stage(about, { ...sound, ...replaced }), sound: stage(about, sound) };
}

function stage(about: Contest, cast: Cast): SmallWorld {
  const { form = "basic", cooperative = false, work = { p1: "yes", p2: "yes" }, property = "AC1" } = about;
  const { timers = {}, crashes = {}, duplicates = 0 } = about;
  const asked = cast.participant({ form, cooperative });
  return {
    nodes: { c: cast.coordinator({ form }), p1: asked, p2: asked },
    requests: [{ node: "c", request: { kind: "commit", transaction: "t1", work } as never }],
    properties: [properties[property]],
    timers,
    crashes,
    duplicates,
  };
}

/** Two transactions want the same account. Who has vetoed the second, because of the first, must not forget that. */
function wavering(role: typeof participant): SmallWorld {
  const p1 = role({ resource: accounts({ a: 100 }), form: "presumed-abort" });
  return {
    nodes: { c: coordinator({ form: "presumed-abort" }), p1, p2: participant({ form: "presumed-abort" }) },
    requests: [
      { node: "c", request: { kind: "commit", transaction: "t0", work: { p1: { a: 10 } } } as never },
      { node: "c", request: { kind: "commit", transaction: "t1", work: { p1: { a: -60 }, p2: "yes" } } as never },
    ],
    properties: [atomicity],
    timers: {},
    crashes: { p1: 1 },
    duplicates: 1,
  };
}

/** A coordinator, one node below it, and a participant below that one. */
function branch(role: (options: { readonly form: "presumed-abort" }) => AnyRole): SmallWorld {
  const form = "presumed-abort";
  return {
    nodes: { c: coordinator({ form }), m: role({ form }), p1: participant({ form }) },
    requests: [{ node: "c", request: { kind: "commit", transaction: "t1", work: { m: { own: "read-only", below: { p1: "yes" } } } } as never }],
    properties: [atomicity],
    timers: { p1: 1 },
    crashes: { m: 1 },
    duplicates: 1,
  };
}
