import { integer } from "../core/parameters.js";
import type { OperationType, StateType } from "./type.js";

/** To write a text so that it begins at a place among the letters that are shown. */
export interface Insert {
  readonly kind: "insert";
  readonly at: number;
  readonly text: string;
}
/** To take out letters (default 1) from a place on. */
export interface Erase {
  readonly kind: "erase";
  readonly at: number;
  readonly count?: number;
}

/** The name of a letter: a Lamport time, and the replica where it was typed. */
export interface LetterId {
  readonly time: number;
  readonly replica: string;
}

/** A letter of the text. One that was taken out stays as a tombstone: others may still refer to it. */
export interface Letter {
  readonly id: LetterId;
  /** The letter behind which it was typed; null at the beginning. */
  readonly after: LetterId | null;
  readonly letter: string;
  readonly isErased: boolean;
}

/** All letters ever typed, in the order of the text. */
export type Letters = readonly Letter[];

/** Whether the one letter has the later name. */
export function isLater(one: LetterId, other: LetterId): boolean {
  return one.time > other.time || (one.time === other.time && one.replica > other.replica);
}

function isSame(one: LetterId | null, other: LetterId | null): boolean {
  return one === other || (one !== null && other !== null && one.time === other.time && one.replica === other.replica);
}

/**
 * Put a letter in its place: behind the one that it was typed after, and behind everything there that has a later name.
 * That skip is what makes the order the same everywhere: of letters typed at one place the later one comes first, each
 * with all that was typed behind it. (Roh, Jeon, Kim and Lee, Replicated abstract data types: building blocks for
 * collaborative applications, 2011, section 4: RGA.)
 */
export function placed(letters: Letters, letter: Letter, skips: boolean = true): Letters {
  if (letters.some(({ id }) => isSame(id, letter.id))) return letters;
  let at = letter.after === null ? 0 : letters.findIndex(({ id }) => isSame(id, letter.after)) + 1;
  while (skips && at < letters.length && isLater(letters[at]!.id, letter.id)) at++;
  return [...letters.slice(0, at), letter, ...letters.slice(at)];
}

/** The letters of a text typed at a place, each behind the one before. */
function typed(letters: Letters, { at, text }: Insert, replica: string): readonly Letter[] {
  const shown = letters.filter(({ isErased }) => !isErased);
  integer("at", at, { max: shown.length });
  let time = Math.max(0, ...letters.map(({ id }) => id.time));
  let after = at === 0 ? null : shown[at - 1]!.id;
  return Array.from(text, (letter) => {
    const id = { time: ++time, replica };
    const made: Letter = { id, after, letter, isErased: false };
    after = id;
    return made;
  });
}

function erased(letters: Letters, { at, count = 1 }: Erase): readonly LetterId[] {
  const shown = letters.filter(({ isErased }) => !isErased);
  integer("at", at, { max: Math.max(0, shown.length) });
  integer("count", count);
  return shown.slice(at, at + count).map(({ id }) => id);
}

function without(letters: Letters, ids: readonly LetterId[]): Letters {
  if (ids.length === 0) return letters;
  const gone = new Set(ids.map(nameOf));
  return letters.map((one) => (!one.isErased && gone.has(nameOf(one.id)) ? { ...one, isErased: true } : one));
}

function nameOf({ time, replica }: LetterId): string {
  return `${time} ${replica}`;
}

/** What is shown of it. */
function shownText(letters: Letters): string {
  return letters.filter(({ isErased }) => !isErased).map(({ letter }) => letter).join("");
}

/** The merge of two texts with any rule for the place of a letter. */
export function mergedTexts(one: Letters, other: Letters, place: typeof placed): Letters {
  const known = new Set(one.map(({ id }) => nameOf(id)));
  let all = one;
  for (const letter of other) if (!known.has(nameOf(letter.id))) all = place(all, letter);
  return without(all, other.filter(({ isErased }) => isErased).map(({ id }) => id));
}

/**
 * A text for several authors: the replicated growable array, by states (Roh et al. 2011; report 7506, specification 19).
 * Letters have names, so that a place is said by a neighbour and not by a number. Tombstones stay.
 *
 * Words typed at one place by two authors stay whole if each was typed forwards. Typed backwards, letter by letter at the
 * same place, they mix: the anomaly of Kleppmann, Gomes, Mulligan and Beresford, Interleaving anomalies in collaborative
 * text editors (2019).
 */
export const rga: StateType<Letters, Insert | Erase, string> = {
  name: "RGA",
  initial: [],
  update(state, update, replica) {
    if (update.kind === "erase") return without(state, erased(state, update));
    let next = state;
    for (const letter of typed(state, update, replica)) next = placed(next, letter);
    return next;
  },
  merge: (one, other) => mergedTexts(one, other, placed),
  value: shownText,
};

/** What typing or erasing tells everybody. */
export type TextOperation =
  | { readonly kind: "insert"; readonly letters: readonly Letter[] }
  | { readonly kind: "erase"; readonly ids: readonly LetterId[] };

/** The same text by operations, as Roh and others have it. */
export const opText: OperationType<Letters, Insert | Erase, TextOperation, string> = {
  name: "op-based RGA",
  initial: [],
  prepare(state, update, { replica }) {
    if (update.kind === "insert") return { kind: "insert", letters: typed(state, update, replica) };
    const ids = erased(state, update);
    return ids.length === 0 ? null : { kind: "erase", ids };
  },
  apply(state, operation) {
    if (operation.kind === "erase") return without(state, operation.ids);
    let next = state;
    for (const letter of operation.letters) next = placed(next, letter);
    return next;
  },
  value: shownText,
};
