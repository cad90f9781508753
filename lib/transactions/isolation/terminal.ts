import type { Call, NodeId, Out, Role } from "../../core/role.js";
import type { ResultMessage, StatementMessage } from "./messages.js";
import type { Result, Statement } from "./statement.js";

/** The next statement of the transaction; the value of a write is added to what was read in the row `from`, if one is named. */
export interface Say {
  readonly kind: "say";
  readonly statement: Statement;
  readonly from: string | null;
}

/** A statement that was typed in, and who wants its answer. */
interface Typed {
  readonly say: Say;
  readonly call: Call;
}

/** What a terminal knows. */
export interface TerminalState {
  /** The last values that were read. */
  readonly found: Map<string, number | null>;
  /** The statement that has no answer yet, and those that were typed in meanwhile. */
  waits: Typed | null;
  readonly later: Typed[];
  isReadOnly: boolean;
  /** How the transaction ended. */
  end: Result | null;
}

export type TerminalSignature = {
  state: TerminalState;
  requests: Say;
  receives: ResultMessage;
  sends: StatementMessage;
  replies: Result;
};

/**
 * Somebody at a terminal, with one transaction: statements are typed in when somebody wants, as in Kleppmann's Hermitage (2014), and
 * each goes to the database when the one before has its answer. What is typed after the end has the end for its answer.
 */
export function terminal({ database, transaction }: { readonly database: NodeId; readonly transaction: string }): Role<TerminalSignature> {
  function pass({ say, call }: Typed, self: TerminalState, out: Out<TerminalSignature>): void {
    if (self.end !== null) return out.reply(call, self.end);
    if (self.waits !== null) return void self.later.push({ say, call });
    const { statement, from } = say;
    if (statement.kind === "begin") {
      self.isReadOnly = statement.readOnly === true;
      return out.reply(call, { kind: "done" });
    }
    self.waits = { say, call };
    const known = from === null ? 0 : (self.found.get(from) ?? 0);
    const asked = statement.kind === "write" && from !== null ? { ...statement, value: known + statement.value! } : statement;
    out.send(database, { kind: "statement", transaction, readOnly: self.isReadOnly, statement: asked });
  }

  return {
    name: "terminal",
    durable: [],
    init: () => ({ found: new Map(), waits: null, later: [], isReadOnly: false, end: null }),

    request: { say: (self, say, call, out) => pass({ say, call }, self, out) },

    receive: {
      result(self, { result }, _, out) {
        const { say, call } = self.waits!;
        self.waits = null;
        if (result.kind === "value" && say.statement.kind === "read") self.found.set(say.statement.key, result.value);
        if (result.kind === "rows") for (const [key, value] of Object.entries(result.rows)) self.found.set(key, value);
        if (result.kind === "committed" || result.kind === "aborted") self.end = result;
        out.reply(call, result);
        for (const typed of self.later.splice(0)) pass(typed, self, out);
      },
    },
    timeout: {},
  };
}
