import { show } from "../../core/parameters.js";
import type { Stream } from "../../core/random.js";
import type { NodeId } from "../../core/role.js";
import { boundedCounter, rightsOf, type Escrow } from "../../crdt/counters.js";
import { isLater, placed, type Letter } from "../../crdt/text.js";
import { Exercise } from "../exercise.js";
import { manyCases } from "../trial.js";

const chapter = "2.1.4";

function isFunction(answer: unknown): string | null {
  return typeof answer === "function" ? null : "must be a function";
}

// -------------------------------------------------------------------------------------------------------------------- a counter's merge

/** How often each replica has counted. */
export type CountsOf = Readonly<Record<string, number>>;

/** What two replicas of a counter make of what they know. */
export type MergeCountsRule = (mine: CountsOf, theirs: CountsOf) => CountsOf;

const mergeCounts: Exercise<MergeCountsRule> = new Exercise({
  chapter,
  name: "mergeCounts",
  task: "Merge two states of a counter, so that every count counts once.",
  hints: [
    "Each replica's own number only grows. Of two numbers for the same replica, which one is newer?",
    "A replica that only one side knows must be in the result, too.",
    "const all = { ...mine }; for (const [node, count] of Object.entries(theirs)) all[node] = Math.max(all[node] ?? 0, count); return all;",
  ],
  shape: isFunction,
  trials: [
    manyCases("replicas that count and merge at random", {
      cases: 200,
      draw: (chance) => Array.from({ length: 4 + chance.below(8) }, () => ({ at: chance.below(3), from: chance.chance(0.5) ? chance.below(3) : null })),
      judge(answer, steps) {
        const names = ["a", "b", "c"];
        const states: CountsOf[] = names.map(() => ({}));
        const counted: Record<string, number> = {};
        const sum = (counts: CountsOf): number => Object.values(counts).reduce((all, count) => all + count, 0);
        const rest = [{ at: 0, from: 1 }, { at: 0, from: 2 }];
        for (const { at, from } of [...steps, ...rest]) {
          const node = names[at]!;
          if (from === null) {
            states[at] = { ...states[at], [node]: (states[at]![node] ?? 0) + 1 };
            counted[node] = (counted[node] ?? 0) + 1;
          } else {
            const given: unknown = answer({ ...states[at] }, { ...states[from] });
            if (typeof given !== "object" || given === null) return `${show(states[at])} and ${show(states[from])}: the answer must be counts by replica, got ${show(given)}`;
            const now = given as CountsOf;
            for (const one of names) {
              const most = Math.max(states[at]![one] ?? 0, states[from]![one] ?? 0);
              if ((now[one] ?? 0) !== most) return `${show(states[at])} and ${show(states[from])}: the answer was ${show(given)}, but ${one} has counted ${most} times as far as they know`;
            }
            states[at] = now;
          }
        }
        const [known, total] = [sum(states[0]!), sum(counted)];
        return known === total ? null : `in the end a knows of ${known} counts, but there were ${total}`;
      },
      look: "Messages come late, and twice. What must a merge with old news do, and one with the same news again?",
    }),
  ],
});

// --------------------------------------------------------------------------------------------------------- a set without tombstones

/** What a replica has in its set, by the names of the additions ("a.2": the second by a), and how many additions of each it knows. */
export interface KnownItems {
  readonly dots: readonly string[];
  readonly seen: CountsOf;
}

/** Which additions are left when two replicas merge, in any order. */
export type MergeDotsRule = (mine: KnownItems, theirs: KnownItems) => readonly string[];

const mergeDots: Exercise<MergeDotsRule> = new Exercise({
  chapter,
  name: "mergeDots",
  task: "Merge two sets that keep no tombstones: say which additions are left.",
  hints: [
    "What both have stays. What only one side has is either new to the other, or was taken out there.",
    "The other side knows an addition \"a.2\" if its seen.a is at least 2. If it knows it and does not have it, it was taken out.",
    "const isLeft = (dot, by) => by.dots.includes(dot) || !knows(by, dot); keep mine that are left by theirs, and theirs that are left by mine, each once.",
  ],
  shape: isFunction,
  trials: [
    manyCases("two replicas that added, removed and met", {
      cases: 300,
      draw(chance) {
        const one = drawKnown(chance);
        return { mine: one.left, theirs: one.right };
      },
      judge(answer, { mine, theirs }) {
        const knows = ({ seen }: KnownItems, dot: string): boolean => Number(dot.split(".")[1]) <= (seen[dot.split(".")[0]!] ?? 0);
        const isLeft = (dot: string, by: KnownItems): boolean => by.dots.includes(dot) || !knows(by, dot);
        const right = new Set([...mine.dots.filter((dot) => isLeft(dot, theirs)), ...theirs.dots.filter((dot) => isLeft(dot, mine))]);
        const copy = (known: KnownItems): KnownItems => ({ dots: [...known.dots], seen: { ...known.seen } });
        const given: unknown = answer(copy(mine), copy(theirs));
        const asked = `{${mine.dots.join(", ")}} seen ${show(mine.seen)} and {${theirs.dots.join(", ")}} seen ${show(theirs.seen)}: the answer was ${show(given)}`;
        if (!Array.isArray(given)) return `${asked}, which is no list`;
        const extra = (given as readonly string[]).find((dot) => !right.has(dot));
        if (extra !== undefined) return `${asked}, but ${extra} was taken out by the side that knows it and does not have it`;
        const missing = [...right].find((dot) => !given.includes(dot));
        if (missing !== undefined) return `${asked}, but ${missing} is missing: nobody who knows it has taken it out`;
        return given.length === right.size ? null : `${asked}, in which something stands twice`;
      },
      look: "For each addition that only one side has, ask: has the other side heard of it?",
    }),
  ],
});

/** Two replicas with a common past: some additions that both know, some of which each took out, and some that are new. */
function drawKnown(chance: Stream): { left: KnownItems; right: KnownItems } {
  const common = { a: chance.below(3), b: chance.below(3) };
  const dots = Object.entries(common).flatMap(([node, count]) => Array.from({ length: count }, (_, i) => `${node}.${i + 1}`));
  const side = (node: "a" | "b"): KnownItems => {
    const fresh = chance.below(3);
    const own = Array.from({ length: fresh }, (_, i) => `${node}.${common[node] + i + 1}`);
    return { dots: [...dots, ...own].filter(() => chance.chance(0.65)), seen: { ...common, [node]: common[node] + fresh } };
  };
  return { left: side("a"), right: side("b") };
}

// --------------------------------------------------------------------------------------------------------------- a letter's place

/** A letter of a text: the time and the replica are its name; `after` is the name of the one it was typed behind, or null. */
export type TypedLetter = Letter;

/** At which place of the text, counted from 0 with tombstones, a letter goes. */
export type LetterPlaceRule = (text: readonly TypedLetter[], letter: TypedLetter) => number;

const placeLetter: Exercise<LetterPlaceRule> = new Exercise({
  chapter,
  name: "placeLetter",
  task: "Say at which place a letter from another author goes.",
  hints: [
    "Begin behind the letter that it was typed after. Another author may have typed there, too: then the two names decide.",
    "Skip everything there that has a later name: a greater time, or the same time and a greater replica. Stop at the first that has not.",
    "let at = letter.after === null ? 0 : text.findIndex(isThatOne) + 1; while (at < text.length && later(text[at].id, letter.id)) at++; return at;",
  ],
  shape: isFunction,
  trials: [
    manyCases("letters typed by three authors", {
      cases: 300,
      draw(chance) {
        let text: readonly Letter[] = [];
        const type = (time: number): Letter => ({
          id: { time, replica: chance.pick(["a", "b", "c"]) }, after: text.length > 0 && chance.chance(0.7) ? chance.pick(text).id : null,
          letter: chance.pick([..."klmnop"]), isErased: chance.chance(0.2),
        });
        for (let i = 0; i < 2 + chance.below(4); i++) text = placed(text, { ...type(1), id: { time: 1 + 2 * i, replica: chance.pick(["a", "b", "c"]) } });
        // A letter that comes late: typed when its author knew little, so its name may be earlier than others.
        const late = type(2 * (1 + chance.below(5)));
        const known = text.filter(({ id }) => id.time < late.id.time);
        return { text, letter: { ...late, after: known.length > 0 && chance.chance(0.7) ? chance.pick(known).id : null } };
      },
      judge(answer, { text, letter }) {
        const right = placed(text, letter).findIndex(({ id }) => id.time === letter.id.time && id.replica === letter.id.replica);
        const given: unknown = answer(text.map((one) => ({ ...one })), { ...letter });
        const say = ({ id, letter: sign }: Letter): string => `${sign}(${id.time}${id.replica})`;
        const asked = `the text ${text.map(say).join(" ")}, and ${say(letter)} typed ${letter.after === null ? "at the beginning" : `behind ${letter.after.time}${letter.after.replica}`}: the answer was ${show(given)}`;
        if (given === right) return null;
        return `${asked}, but the place is ${right}${right > 0 && isLater(text[right - 1]!.id, letter.id) ? ", behind those with later names" : ""}`;
      },
      look: "Two letters were typed at one place. Every author must put the same one first, whichever came first to him.",
    }),
  ],
});

// ------------------------------------------------------------------------------------------------------------------- rights to spend

/** Who gave how much to whom ("a>b"; "a>a" is what a made itself), and what each has used. */
export type RightsState = Escrow;

/** Whether a replica may take out so much without asking anybody. */
export type MayTakeRule = (state: RightsState, replica: string, amount: number) => boolean;

const mayTake: Exercise<MayTakeRule> = new Exercise({
  chapter,
  name: "mayTake",
  task: "Say whether a replica may take something out of a counter that must not fall below zero, without asking anybody.",
  hints: [
    "What may it spend? What it made itself, and what others gave to it. Something of that is gone.",
    "Take off what it gave to others, and what it has used.",
    "sum rights[\"r>r\"], add every \"x>r\", subtract every \"r>x\", subtract used[r]; return amount <= that",
  ],
  shape: isFunction,
  trials: [
    manyCases("counters of three replicas", {
      cases: 300,
      draw(chance) {
        let state: Escrow = boundedCounter.initial;
        for (let i = 0; i < 3 + chance.below(8); i++) {
          const replica = chance.pick(["a", "b", "c"]) as NodeId;
          const amount = 1 + chance.below(5);
          const kind = chance.pick(["add", "add", "subtract", "transfer"] as const);
          state = boundedCounter.update(state, kind === "transfer" ? { kind, to: chance.pick(["a", "b", "c"].filter((one) => one !== replica)), amount } : { kind, amount }, replica);
        }
        return { state, replica: chance.pick(["a", "b", "c"]), amount: 1 + chance.below(6) };
      },
      judge(answer, { state, replica, amount }) {
        const rights = rightsOf(state, replica);
        const given: unknown = answer({ rights: { ...state.rights }, used: { ...state.used } }, replica, amount);
        const asked = `rights ${show(state.rights)}, used ${show(state.used)}: may ${replica} take ${amount}? The answer was ${show(given)}`;
        return given === amount <= rights ? null : `${asked}, but it has rights for ${rights}`;
      },
      look: "Another replica may spend at the same moment. What can it not touch?",
    }),
  ],
});

/** The exercises of chapter 2.1.4, by name. */
export const crdtExercises: {
  readonly mergeCounts: Exercise<MergeCountsRule>;
  readonly mergeDots: Exercise<MergeDotsRule>;
  readonly placeLetter: Exercise<LetterPlaceRule>;
  readonly mayTake: Exercise<MayTakeRule>;
} = { mergeCounts, mergeDots, placeLetter, mayTake };
