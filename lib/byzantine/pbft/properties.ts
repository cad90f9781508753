import { show } from "../../core/parameters.js";
import type { NodeView, Observation, Property } from "../../core/property.js";
import type { NodeId } from "../../core/role.js";
import type { Request } from "./messages.js";
import type { Executed, Replica } from "./state.js";

/** Whom to hold to it: the liars may say and decide what they like. */
export interface Honest {
  readonly liars?: readonly NodeId[];
}

/**
 * Safety: the service is linearizable, because no two honest replicas execute different requests under one
 * number (Castro and Liskov 1999, section 4.5.1).
 */
export function sameOrder({ liars = [] }: Honest = {}): Property<undefined> {
  return {
    name: "same order",
    check({ decisions }) {
      const known = new Map<number, { readonly node: NodeId; readonly outcome: Executed }>();
      for (const { node, outcome } of decisions as readonly { node: NodeId; outcome: Executed }[]) {
        if (liars.includes(node)) continue;
        const other = known.get(outcome.n);
        if (!other) known.set(outcome.n, { node, outcome });
        else if (other.outcome.digest !== outcome.digest) {
          return `as number ${outcome.n}, ${other.node} executed ${show(other.outcome.operations)}, and ${node} ${show(outcome.operations)}; both are honest`;
        }
      }
      return null;
    },
  };
}

/**
 * The invariant of the first two phases: "if prepared(m, v, n, i) is true then prepared(m', v, n, j) is false for any
 * non-faulty replica j" and another m' (section 4.5.1).
 */
export function onePreparedPerView({ liars = [] }: Honest = {}): Property<undefined> {
  return {
    name: "one prepared per view",
    check({ nodes }) {
      const known = new Map<string, { readonly id: NodeId; readonly digest: string }>();
      for (const { id, state } of honestReplicas(nodes, liars)) {
        for (const { prePrepare } of state.prepared.values()) {
          const place = `number ${prePrepare.n} of view ${prePrepare.view}`;
          const other = known.get(place);
          if (other && other.digest !== prePrepare.digest) return `${other.id} and ${id} have different requests prepared as ${place}`;
          known.set(place, { id, digest: prePrepare.digest });
        }
      }
      return null;
    },
  };
}

/** Validity: what honest replicas execute was asked for by a client, and signed by it; and nobody's request is executed twice. */
export function onlyAsked({ liars = [] }: Honest = {}): Property<ReadonlySet<string>> {
  return {
    name: "only what was asked",
    memory: new Set(),
    observe: (asked, happened: Observation) =>
      happened.kind === "request" && "operation" in happened.request
        ? new Set(asked).add(JSON.stringify((happened.request as unknown as Request).operation))
        : asked,
    check({ decisions }, asked) {
      for (const { node, outcome } of decisions) {
        if (liars.includes(node)) continue;
        const stray = (outcome as Executed).operations.find((operation) => !asked.has(JSON.stringify(operation)));
        if (stray !== undefined) return `${node} executed ${show(stray)}, for which no client asked`;
      }
      return null;
    },
  };
}

/** All of these. */
export function pbftProperties(honest: Honest = {}): Property[] {
  return [sameOrder(honest), onePreparedPerView(honest), onlyAsked(honest)];
}

function honestReplicas(nodes: readonly NodeView[], liars: readonly NodeId[]): { readonly id: NodeId; readonly state: Replica }[] {
  return nodes.flatMap(({ id, role, state }) =>
    role === "replica" && state && !liars.includes(id) ? [{ id, state: state as Replica }] : [],
  );
}
