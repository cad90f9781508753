import type { NodeId, Out, Role } from "../../core/role.js";
import type { HistoryEvent } from "../../history/notation.js";
import { type Data, emptyData, type EngineRules, execute } from "./engine.js";
import { type ScriptOptions, settingOf } from "./interleave.js";
import type { ResultMessage, StatementMessage } from "./messages.js";

/** A database: its data, and which session asks for which transaction. */
export interface DatabaseState extends Data {
  readonly sessions: Map<string, NodeId>;
}

export type DatabaseSignature = {
  state: DatabaseState;
  receives: StatementMessage;
  sends: ResultMessage;
  /** What the transactions do, in the order in which the database does it: the decisions of a run are its history. */
  decides: HistoryEvent;
};

/**
 * A database (数据库) with many versions of each row, which keeps transactions apart by the rules of its level
 * (`schemes`). Statements are done one after the other, each at once, unless it has to wait for a lock.
 *
 * Its subject is isolation, so neither it nor its connections fail: they lose nothing and deliver in order, as TCP does.
 * What a crash makes of a transaction is the subject of commitment.
 *
 * @throws RangeError for a level that is none
 */
export function database(options: ScriptOptions): Role<DatabaseSignature> {
  return databaseWith({}, options);
}

/** The database with some rules replaced. */
export function databaseWith(rules: Partial<EngineRules>, options: ScriptOptions): Role<DatabaseSignature> {
  const { setting: own, rows } = settingOf("database", options);
  const setting = { ...own, rules };
  return {
    name: "database",
    durable: [],
    init: () => ({ ...emptyData(rows), sessions: new Map() }),

    receive: {
      statement(self, { transaction, readOnly, statement }, from, out) {
        const tell = (event: HistoryEvent): void => out.decide(event);
        // Whatever comes first begins the transaction; the one that reads only has to say so before.
        if (!self.sessions.has(transaction)) {
          self.sessions.set(transaction, from);
          execute(self, setting, { transaction, statement: { kind: "begin", readOnly } }, tell);
        }
        for (const { transaction: whose, result } of execute(self, setting, { transaction, statement }, tell)) answer(self, whose, result, out);
      },
    },
    timeout: {},
    request: {},
  };
}

function answer(self: DatabaseState, transaction: string, result: ResultMessage["result"], out: Out<DatabaseSignature>): void {
  out.send(self.sessions.get(transaction)!, { kind: "result", transaction, result });
  if (result.kind === "committed" || result.kind === "aborted") self.sessions.delete(transaction);
}
