import type { Decision, Property } from "../../core/property.js";
import { forbidden, isolation, type Phenomenon, type PortableLevel } from "../../history/isolation.js";
import type { HistoryEvent, TransactionHistory } from "../../history/notation.js";
import { initially, orderOf, type ScriptOptions, settingOf } from "./interleave.js";

/** The history of a run of the database with these options, from the decisions of that run. */
export function databaseHistory(decisions: readonly Pick<Decision, "outcome">[], options: ScriptOptions): TransactionHistory {
  const { setting, rows } = settingOf("databaseHistory", options);
  return { events: decisions.map(({ outcome }) => outcome as HistoryEvent), order: orderOf(setting.scheme), initially: initially(setting, rows) };
}

/** Phenomena that a level forbids because they are special cases of those by which it is defined. */
const telling: Partial<Readonly<Record<PortableLevel, readonly Phenomenon[]>>> = {
  "PL-2+": ["OTV", "lost update", "PMP"],
  "PL-SI": ["OTV", "lost update", "PMP", "G-single"],
  "PL-2.99": ["lost update"],
  "PL-3": ["OTV", "lost update", "PMP", "G-single"],
};

/**
 * That the committed transactions are isolated as this level wants it (Adya 1999), for a database with these options:
 * looked at after each commit, by the history so far.
 */
export function isolated(level: PortableLevel, options: ScriptOptions): Property<undefined> {
  return {
    name: `isolated as ${level}`,
    check({ decisions }) {
      if ((decisions.at(-1)?.outcome as HistoryEvent | undefined)?.kind !== "commit") return null;
      const { findings, levels } = isolation(databaseHistory(decisions, options));
      if (levels[level]) return null;
      const wrong = findings.filter(({ phenomenon }) => forbidden[level].includes(phenomenon) || telling[level]?.includes(phenomenon));
      // What the clock says of snapshots is the least telling.
      const { phenomenon, reason } = wrong.find((finding) => !finding.phenomenon.startsWith("G-SI")) ?? wrong[0]!;
      return `${phenomenon}: ${reason}`;
    },
  };
}
