import {
  boot,
  canonical,
  clone,
  step,
  type AnyRole,
  type Fields,
  type Input,
  type NodeId,
  type Observation,
  type Property,
  type Tagged,
} from "../../lib/core.js";

interface Node {
  self: object | null;
  disk: Fields;
  pending: Fields[];
  timers: string[];
}

interface World {
  nodes: Record<string, Node>;
  inFlight: string[];
  decisions: { node: NodeId; outcome: unknown }[];
  memories: unknown[];
  asked: number[];
  fired: number;
  crashed: number;
  doubled: number;
}

export interface NaiveOptions {
  readonly nodes: Readonly<Record<string, AnyRole>>;
  readonly clients: readonly (readonly { readonly node: string; readonly request: Tagged }[])[];
  readonly timers: number;
  readonly crashes: number;
  readonly duplicates: number;
  readonly properties: readonly Property[];
}

export interface NaiveVerdict {
  readonly worlds: number;
  readonly transitions: number;
  readonly depth: number;
  /** How many actions lead to the nearest violation; null if there is none. */
  readonly violatedAfter: number | null;
}

/**
 * The exploration written down as directly as its definition, one deep copy and one long text a world: what the
 * fast one is compared with.
 */
export function naiveExplore(options: NaiveOptions, maxWorlds: number): NaiveVerdict | null {
  const { nodes: roles, clients, properties } = options;
  const ids = Object.keys(roles) as NodeId[];
  const isWatched = properties.some(({ observe }) => observe);
  let worlds: World[] = [];
  const seen = new Set<string>();
  let transitions = 0;

  const first: World = {
    nodes: {},
    inFlight: [],
    decisions: [],
    memories: properties.map(({ memory }) => memory),
    asked: clients.map(() => 0),
    fired: 0,
    crashed: 0,
    doubled: 0,
  };
  for (const id of ids) {
    first.nodes[id] = { self: boot(roles[id]!, id, {}), disk: {}, pending: [], timers: [] };
    run(first, id, { kind: "start" }, [], null);
  }
  seen.add(textOf(first));
  if (problemOf(first)) return { worlds: 1, transitions, depth: 0, violatedAfter: 0 };
  worlds = [first];
  for (let depth = 0; ; depth++) {
    const next: World[] = [];
    for (const world of worlds) {
      for (const after of successors(world)) {
        transitions++;
        const text = textOf(after);
        if (seen.has(text)) continue;
        if (seen.size >= maxWorlds) return null;
        seen.add(text);
        if (problemOf(after)) return { worlds: seen.size, transitions, depth: depth + 1, violatedAfter: depth + 1 };
        next.push(after);
      }
    }
    if (next.length === 0) return { worlds: seen.size, transitions, depth, violatedAfter: null };
    worlds = next;
  }

  function* successors(world: World): Iterable<World> {
    for (const [client, list] of clients.entries()) {
      const position = world.asked[client]!;
      const ask = list[position];
      if (!ask || !world.nodes[ask.node]!.self) continue;
      const call = `client${client + 1}#${position + 1}` as never;
      const observed: Observation = { kind: "request", node: ask.node as NodeId, call, request: ask.request };
      yield* steps(
        world,
        ask.node as NodeId,
        { kind: "request", call, request: ask.request },
        [observed],
        (copy) => copy.asked[client]!++,
      );
    }
    for (const text of new Set(world.inFlight)) {
      const { from, to, message } = JSON.parse(text) as { from: NodeId; to: NodeId; message: Tagged };
      if (!world.nodes[to]!.self) continue;
      const observed: Observation = { kind: "deliver", from, to, message };
      const input: Input = { kind: "message", from, message };
      yield* steps(world, to, input, [observed], (copy) => {
        if (options.duplicates < Infinity) copy.inFlight.splice(copy.inFlight.indexOf(text), 1);
      });
      if (options.duplicates < Infinity && world.doubled < options.duplicates)
        yield* steps(world, to, input, [observed], (copy) => copy.doubled++);
    }
    for (const id of ids) {
      const node = world.nodes[id]!;
      if (world.fired < options.timers) {
        for (const text of node.timers) {
          const input: Input = { kind: "timer", timer: JSON.parse(text) as Tagged };
          yield* steps(world, id, input, [], (copy) => {
            copy.fired++;
            const { timers } = copy.nodes[id]!;
            timers.splice(timers.indexOf(text), 1);
          });
        }
      }
      if (!node.self) {
        yield* steps(world, id, { kind: "start" }, [{ kind: "restart", node: id }], (copy) => {
          copy.nodes[id]!.self = boot(roles[id]!, id, node.disk);
        });
      } else if (world.crashed < options.crashes) {
        const disks = new Set<string>();
        for (let kept = 0; kept <= node.pending.length; kept++) {
          const copy = clone(world);
          crash(copy, id, kept);
          const disk = canonical(copy.nodes[id]!.disk);
          if (!disks.has(disk)) yield copy;
          disks.add(disk);
        }
      }
    }
  }

  /** The step in full, and then with each crash within it that is not the same as one before or after the step. */
  function* steps(
    world: World,
    id: NodeId,
    input: Input,
    observed: Observation[],
    change: (copy: World) => unknown,
  ): Iterable<World> {
    const whole = clone(world);
    change(whole);
    const writes = run(whole, id, input, observed, null);
    yield whole;
    if (world.crashed >= options.crashes) return;
    for (const [i, { pending, hasLeft, flush, isTold }] of writes.entries()) {
      const disks = new Set<string>();
      for (let kept = 0; kept <= pending && hasLeft && (flush || isTold); kept++) {
        const copy = clone(world);
        change(copy);
        run(copy, id, input, observed, { write: i, kept, after: false });
        const disk = canonical(copy.nodes[id]!.disk);
        if (!disks.has(disk)) yield copy;
        disks.add(disk);
      }
      if (!isTold) continue;
      const copy = clone(world);
      change(copy);
      run(copy, id, input, observed, { write: i, kept: 0, after: true });
      yield copy;
    }
  }

  function run(
    world: World,
    id: NodeId,
    input: Input,
    observed: Observation[],
    dies: { write: number; kept: number; after: boolean } | null,
  ): { pending: number; hasLeft: boolean; flush: boolean; isTold: boolean }[] {
    const node = world.nodes[id]!;
    for (const happened of observed) observe(world, happened);
    const effects = step(roles[id]!, node.self!, input) ?? [];
    const writes: { pending: number; hasLeft: boolean; flush: boolean; isTold: boolean }[] = [];
    let hasLeft = input.kind === "request" || input.kind === "start";
    for (const [i, effect] of effects.entries()) {
      if (effect.kind === "send") {
        const text = JSON.stringify({ from: id, to: effect.to, message: effect.message });
        // Without a bound on copies the network is a set.
        if (options.duplicates < Infinity || !world.inFlight.includes(text)) world.inFlight.push(text);
        observe(world, { kind: "send", from: id, to: effect.to, message: effect.message });
        hasLeft = true;
      } else if (effect.kind === "setTimer") {
        const text = JSON.stringify(effect.timer);
        if (!node.timers.includes(text)) node.timers.push(text);
      } else if (effect.kind === "cancelTimer") {
        node.timers = node.timers.filter((text) => text !== JSON.stringify(effect.timer));
      } else if (effect.kind === "decide") {
        world.decisions.push({ node: id, outcome: effect.outcome });
        observe(world, { kind: "decide", node: id, outcome: effect.outcome });
        hasLeft = true;
      } else if (effect.kind === "reply") {
        observe(world, { kind: "reply", node: id, call: effect.call, result: effect.result });
        hasLeft = true;
      } else if (options.crashes > 0) {
        const isTold = effects
          .slice(i + 1)
          .some(({ kind }) => kind === "decide" || kind === "reply" || (kind === "send" && isWatched));
        const isLast = dies?.write === writes.length;
        writes.push({ pending: node.pending.length, hasLeft, flush: effect.flush, isTold });
        if (isLast && !dies.after) {
          crash(world, id, dies.kept);
          return writes;
        }
        if (effect.flush || isLast) {
          node.disk = effect.fields;
          node.pending = [];
        } else node.pending.push(effect.fields);
        if (isLast) {
          crash(world, id, 0);
          return writes;
        }
      }
    }
    return writes;
  }

  function crash(world: World, id: NodeId, kept: number): void {
    const node = world.nodes[id]!;
    world.nodes[id] = { self: null, disk: kept > 0 ? node.pending[kept - 1]! : node.disk, pending: [], timers: [] };
    world.crashed++;
    observe(world, { kind: "crash", node: id });
  }

  function observe(world: World, happened: Observation): void {
    properties.forEach((property, i) => {
      if (property.observe) world.memories[i] = property.observe(world.memories[i], happened);
    });
  }

  function problemOf(world: World): string | null {
    const nodes = ids.map((id) => ({ id, role: roles[id]!.name, state: world.nodes[id]!.self }));
    for (const [i, { check }] of properties.entries()) {
      const problem = check({ nodes, decisions: world.decisions }, world.memories[i]);
      if (problem) return problem;
    }
    return null;
  }
}

function textOf({ nodes, inFlight, decisions, memories, asked, fired, crashed, doubled }: World): string {
  const sorted = Object.entries(nodes).map(([id, node]) => [id, { ...node, timers: [...node.timers].sort() }]);
  return canonical([sorted, [...inFlight].sort(), decisions, memories, asked, fired, crashed, doubled]);
}
