import type { Out, Role, Signature } from "../core/role.js";

type AnyRule = (self: any, ...rest: any[]) => void;

/** What stands around every rule: it runs the rule with an `out` of its own, or not at all. `rest` is what the rule was given. */
export type Around<S extends Signature> = (
  self: S["state"],
  out: Out<S>,
  run: (out: Out<S>) => void,
  rule: { readonly table: "start" | "receive" | "timeout" | "request"; readonly rest: readonly unknown[] },
) => void;

/** The role with something around each of its rules. */
export function around<S extends Signature>(role: Role<S>, wrap: Around<S>): Role<S> {
  /** A table of rules, the last argument of each of which is what it speaks to. */
  const all = (table: "receive" | "timeout" | "request"): any =>
    Object.fromEntries(
      Object.entries(role[table] as Record<string, AnyRule>).map(([kind, rule]) => [
        kind,
        (self: S["state"], ...given: unknown[]): void => {
          const rest = given.slice(0, -1);
          wrap(self, given.at(-1) as Out<S>, (out) => rule(self, ...rest, out), { table, rest });
        },
      ]),
    );
  return {
    ...role,
    ...(role.start ? { start: (self: S["state"], out: Out<S>) => wrap(self, out, (through) => role.start!(self, through), { table: "start", rest: [] }) } : {}),
    receive: all("receive"),
    timeout: all("timeout"),
    request: all("request"),
  };
}
