import { show } from "../core/parameters.js";
import type { Observation, Property, World } from "../core/property.js";
import type { Listener } from "../trace/event.js";

/** The properties of a run, with what they remember. */
export class Watch {
  readonly #watched: { readonly property: Property; memory: unknown; isViolated: boolean }[];
  readonly #world: World;

  constructor(properties: readonly Property[], world: World) {
    if (!Array.isArray(properties)) throw new TypeError(`properties must be a list, got ${show(properties)}`);
    this.#watched = properties.map((property: Property, i) => {
      if (typeof property?.check === "function") return { property, memory: property.memory, isViolated: false };
      throw new TypeError(`properties[${i}] must be a property with a check, got ${show(property)}`);
    });
    this.#world = world;
  }

  get isIdle(): boolean {
    return this.#watched.length === 0;
  }

  /** What properties with a memory must hear; null if there are none, so that no event is built for nobody. */
  listener(): Listener | null {
    const remembering = this.#watched.filter(({ property }) => property.observe !== undefined);
    if (remembering.length === 0) return null;
    return (event) => {
      if (!OBSERVED.has(event.kind)) return;
      for (const each of remembering) each.memory = each.property.observe!(each.memory, event as Observation);
    };
  }

  /** What does not hold any more, and has not been told before. */
  violations(): readonly { readonly property: string; readonly problem: string }[] {
    let violations: { readonly property: string; readonly problem: string }[] = NONE;
    for (const each of this.#watched) {
      if (each.isViolated) continue;
      const problem = each.property.check(this.#world, each.memory);
      if (problem === null) continue;
      each.isViolated = true;
      violations = [...violations, { property: each.property.name, problem }];
    }
    return violations;
  }
}

const NONE: never[] = [];
const OBSERVED: ReadonlySet<string> = new Set<Observation["kind"]>(["send", "deliver", "request", "reply", "decide", "crash", "restart"]);
