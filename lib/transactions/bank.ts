import { integer, options } from "../core/parameters.js";
import type { Stream } from "../core/random.js";
import type { Step, Transact } from "./messages.js";

/** How large a bank is. */
export interface BankOptions {
  /** How many shards, `s1` and so on; by default 3. */
  readonly shards?: number;
  /** How many accounts there are at each; by default 10. */
  readonly accounts?: number;
  /** What is in each account at first; by default 100. */
  readonly balance?: number;
}

/** The shards of a bank, as `store` takes them: the accounts of shard s1 are s1-1, s1-2 and so on. */
export function bankShards(given: BankOptions = {}): Record<string, Record<string, number>> {
  const { shards = 3, accounts = 10, balance = 100 } = options("bankShards", given, ["shards", "accounts", "balance"]);
  integer("shards", shards, { min: 1, max: 1_000 });
  integer("accounts", accounts, { min: 1, max: 100_000 });
  integer("balance", balance);
  const numbered = (letter: string, count: number): readonly string[] =>
    Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
  return Object.fromEntries(
    numbered("s", shards).map((shard) => [
      shard,
      Object.fromEntries(numbered(`${shard}-`, accounts).map((account) => [account, balance])),
    ]),
  );
}

/** What the clients of a bank do. */
export interface TransferOptions {
  /** The greatest amount that is transferred; by default 10. */
  readonly amount?: number;
  /** How many accounts the transfers are between: the fewer, the more often two want the same one. By default all. */
  readonly hot?: number;
  /** The share of operations that look at some accounts and change nothing; by default 0. */
  readonly looks?: number;
  /** How many accounts each of those looks at; by default 2. */
  readonly looksAt?: number;
}

/**
 * The operations of a bank's clients, for the option `operations` of a simulator's client: transfers between two random
 * accounts, which abort where there is not enough, and looks.
 *
 *     clients: { c1: { operations: transfers(shards, { hot: 5 }), count: 100, to: managers } }
 *
 * @throws RangeError if there are fewer than two accounts to choose from, or a number is out of its range
 */
export function transfers(
  shards: Readonly<Record<string, Readonly<Record<string, number>>>>,
  given: TransferOptions = {},
): (chance: Stream) => Transact {
  const keys = Object.values(shards).flatMap((accounts) => Object.keys(accounts));
  const {
    amount = 10,
    hot = keys.length,
    looks = 0,
    looksAt = 2,
  } = options("transfers", given, ["amount", "hot", "looks", "looksAt"]);
  integer("amount", amount, { min: 1 });
  integer("hot", hot, { min: 2, max: keys.length });
  integer("looksAt", looksAt, { min: 1, max: hot });
  // One of each shard in turn, so that few accounts are not those of one shard alone.
  const longest = Math.max(...Object.values(shards).map((accounts) => Object.keys(accounts).length));
  const inTurn = Array.from({ length: longest }, (_, i) =>
    Object.values(shards).flatMap((accounts) => Object.keys(accounts).slice(i, i + 1)),
  ).flat();
  const some = inTurn.slice(0, hot);
  return (chance) => {
    const chosen = chance.shuffle(some);
    if (chance.chance(looks))
      return { kind: "transact", steps: chosen.slice(0, looksAt).map((key): Step => ({ kind: "read", key })) };
    const moved = 1 + chance.below(amount);
    return {
      kind: "transact",
      steps: [
        { kind: "add", key: chosen[0]!, amount: -moved, atLeast: 0 },
        { kind: "add", key: chosen[1]!, amount: moved },
      ],
    };
  };
}
