import type { Property } from "../../core/property.js";
import { type AnyRole, ids } from "../../core/role.js";
import * as broken from "./broken.js";
import { abdClient, type AbdOptions, type RegisterQuorums } from "./client.js";
import type { RegisterAccess } from "./messages.js";
import { oneValuePerStamp } from "./properties.js";
import { abdReplica } from "./replica.js";

/** A cluster and what is asked of it: options for the explorer. Linearizable answers must hold, too; what judges them knows no protocol. */
export interface RegisterWorld {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly requests: readonly (readonly { readonly node: string; readonly request: RegisterAccess }[])[];
  readonly crashes: Readonly<Record<string, number>>;
  readonly duplicates: number;
  readonly properties: readonly Property[];
}

/** A broken rule, and a world just large enough to show what the rule is for. */
export interface BrokenRegister {
  /** The role that breaks it, in words. */
  readonly name: string;
  /** What this role does wrong, as the end of a sentence that begins with its name. */
  readonly does: string;
  readonly world: RegisterWorld;
  /** The same with the sound role in its place. */
  readonly sound: RegisterWorld;
}

/** Each rule of the registers that a role of `broken.ts` breaks, in a small world with one key. */
export const brokenRegisters: readonly BrokenRegister[] = [
  { name: "hasty reader", does: "answers with what it found, and stores nothing", ...pair({ replicas: 2, quorums: { read: 1, write: 2 }, reads: 2 }, { reader: broken.hastyReader }) },
  { name: "lonely reader", does: "asks one replica", ...pair({ reads: 1 }, { reader: broken.lonelyReader }) },
  { name: "nameless writer", does: "has no name in its stamps", ...pair({ replicas: 2, quorums: { read: 1, write: 2 }, writers: 2, reads: 0 }, { writer: broken.namelessWriter }) },
  { name: "blind writer", does: "does not ask for the newest stamp", ...pair({ replicas: 1, writers: 2, writes: 2, reads: 1 }, { writer: broken.blindWriter }) },
  { name: "forgetful writer", does: "counts from the beginning after a crash", ...pair({ replicas: 1, writes: 2, reads: 1, crashes: { w1: 1 } }, { writer: broken.forgetfulWriter }) },
  { name: "forgetful replica", does: "loses in a crash what it has acknowledged", ...pair({ replicas: 1, reads: 1, crashes: { r1: 1 } }, { replica: broken.forgetfulReplica }) },
  { name: "overwriting replica", does: "keeps what came last, not what is newest", ...pair({ replicas: 1, writes: 2, reads: 1, duplicates: 1 }, { replica: broken.overwritingReplica }) },
];

interface About {
  /** By default 3. */
  readonly replicas?: 1 | 2 | 3;
  /** By default majorities. */
  readonly quorums?: RegisterQuorums;
  /** By default 1, who then knows that it is alone. */
  readonly writers?: 1 | 2;
  /** How many values the first writer writes, one after the other (default 1); a second writer writes one. */
  readonly writes?: 1 | 2;
  /** How many reads the reader does, one after the other. */
  readonly reads: 0 | 1 | 2;
  readonly crashes?: Readonly<Record<string, number>>;
  readonly duplicates?: number;
}

interface Cast {
  readonly reader: typeof abdClient;
  readonly writer: typeof abdClient;
  readonly replica: typeof abdReplica;
}

function pair(about: About, replaced: Partial<Cast>): Pick<BrokenRegister, "world" | "sound"> {
  const sound: Cast = { reader: abdClient, writer: abdClient, replica: abdReplica };
  return { world: stage(about, { ...sound, ...replaced }), sound: stage(about, sound) };
}

function stage({ replicas: n = 3, quorums, writers = 1, writes = 1, reads, crashes = {}, duplicates = 0 }: About, cast: Cast): RegisterWorld {
  const replicas = ids("r1", "r2", "r3").slice(0, n);
  const options: AbdOptions = { replicas, writers: writers === 1 ? "one" : "many", ...(quorums ? { quorums } : {}) };
  const write = (node: string, value: string): { readonly node: string; readonly request: RegisterAccess } => ({ node, request: { kind: "write", key: "x", value } });
  const read = { node: "c", request: { kind: "read", key: "x" } } as const;
  return {
    nodes: {
      w1: cast.writer(options),
      ...(writers === 2 ? { w2: cast.writer(options) } : {}),
      c: cast.reader({ ...options, writers: "many" }),
      ...Object.fromEntries(replicas.map((id) => [id, cast.replica()])),
    },
    requests: [
      writes === 2 ? [write("w1", "a"), write("w1", "b")] : [write("w1", "a")],
      ...(writers === 2 ? [[write("w2", "y")]] : []),
      ...(reads > 0 ? [Array.from({ length: reads }, () => read)] : []),
    ],
    crashes,
    duplicates,
    properties: [oneValuePerStamp],
  };
}
