import type { Property } from "../core/property.js";
import { show } from "../core/parameters.js";

/**
 * Agreement: no two decisions differ, whoever announced them and when; also not two of one node, before and
 * after a crash. One of the three demands on consensus; the others are validity and, in the end, termination.
 */
export const agreement: Property<undefined> = {
  name: "agreement",
  check({ decisions }) {
    const [first] = decisions;
    const other = decisions.find(({ outcome }) => outcome !== first!.outcome);
    if (!other) return null;
    return `${first!.node} decided ${show(first!.outcome)}, but ${other.node} decided ${show(other.outcome)}`;
  },
};

/**
 * Validity: what is decided was proposed by somebody. It forbids the protocol that agrees by always deciding
 * the same thing. A proposal is a request of the kind `propose` with a `value`.
 */
export const validity: Property<ReadonlySet<unknown>> = {
  name: "validity",
  memory: new Set(),
  observe(proposed, happened) {
    if (happened.kind !== "request" || happened.request.kind !== "propose") return proposed;
    const { value } = happened.request as unknown as { readonly value: unknown };
    return proposed.has(value) ? proposed : new Set(proposed).add(value);
  },
  check({ decisions }, proposed) {
    const stray = decisions.find(({ outcome }) => !proposed.has(outcome));
    if (!stray) return null;
    const all = proposed.size === 0 ? "nothing" : Array.from(proposed, show).join(", ");
    return `${stray.node} decided ${show(stray.outcome)}, but proposed was ${all}`;
  },
};
