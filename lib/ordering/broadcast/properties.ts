import type { Decision, NodeView, Observation, Property, World } from "../../core/property.js";
import type { NodeId } from "../../core/role.js";
import { type Broadcaster, nameOf, type Post } from "./broadcaster.js";

/*
 * What a broadcast may promise. Safety, at every moment: integrity and the three orders. In the end, when nothing is on its
 * way any more: validity and agreement; they are conditions on a world, for `eventually` of the explorer and for the end of
 * a run. Definitions are those of Hadzilacos and Toueg (A Modular Approach to Fault-Tolerant Broadcasts and Related
 * Problems, 1994) and of Cachin, Guerraoui and Rodrigues (2011), chapters 3 and 6.
 */

/** The posts that each node has delivered, in order, also those of nodes that have crashed since. */
export function logsOf(decisions: readonly Decision[]): ReadonlyMap<NodeId, readonly Post[]> {
  const logs = new Map<NodeId, Post[]>();
  for (const { node, outcome } of decisions) {
    const log = logs.get(node);
    if (log) log.push(outcome as Post);
    else logs.set(node, [outcome as Post]);
  }
  return logs;
}

const said = ({ text }: Post): string => `"${text}"`;

interface Broadcasts {
  /** What was on its way at some time, by name. */
  readonly posts: ReadonlySet<string>;
}

/** Integrity: every post is delivered at most once by a node, and only if it was broadcast (properties BEB2 and BEB3). */
export const integrity: Property<Broadcasts> = {
  name: "integrity",
  memory: { posts: new Set() },
  observe(memory, happened) {
    const post = posted(happened);
    return !post || memory.posts.has(nameOf(post)) ? memory : { posts: new Set(memory.posts).add(nameOf(post)) };
  },
  check({ decisions }, { posts }) {
    for (const [node, log] of logsOf(decisions)) {
      const names = log.map(nameOf);
      const twice = log.find((post, i) => names.indexOf(nameOf(post)) !== i);
      if (twice) return `${node} delivers ${said(twice)} twice`;
      const stray = log.find((post) => post.from !== node && !posts.has(nameOf(post)));
      if (stray) return `${node} delivers ${said(stray)}, which ${stray.from} has not broadcast`;
    }
    return null;
  },
};

/** FIFO order: "if a process broadcasts m before it broadcasts m', then no process delivers m' unless it has delivered m." */
export const fifoOrder: Property<undefined> = {
  name: "FIFO order",
  check({ decisions }) {
    for (const [node, log] of logsOf(decisions)) {
      const next = new Map<NodeId, number>();
      for (const post of log) {
        const due = next.get(post.from) ?? 1;
        if (post.n > due) return `${node} delivers ${said(post)}, the post ${post.n} of ${post.from}, before its post ${due}`;
        next.set(post.from, Math.max(due, post.n + 1));
      }
    }
    return null;
  },
};

interface History {
  /** By name: the names of all posts that happened before a post. */
  readonly past: ReadonlyMap<string, readonly string[]>;
  /** By node: what it has delivered or broadcast. */
  readonly known: ReadonlyMap<NodeId, readonly string[]>;
}

/** Causal order: "if the broadcast of m happened before that of m', then no process delivers m' unless it has delivered m." */
export const causalOrder: Property<History> = {
  name: "causal order",
  memory: { past: new Map(), known: new Map() },
  observe(memory, happened) {
    if (happened.kind === "decide") return knowing(memory, happened.node, happened.outcome as Post);
    const post = posted(happened);
    if (!post || memory.past.has(nameOf(post)) || happened.kind !== "send" || happened.from !== post.from) return memory;
    return knowing(memory, post.from, post);
  },
  check({ decisions }, { past }) {
    const texts = new Map(decisions.map(({ outcome }) => [nameOf(outcome as Post), (outcome as Post).text]));
    for (const [node, log] of logsOf(decisions)) {
      const delivered = new Set<string>();
      for (const post of log) {
        const missing = past.get(nameOf(post))?.find((name) => !delivered.has(name));
        if (missing !== undefined) return `${node} delivers ${said(post)} before "${texts.get(missing) ?? missing}", which happened before it`;
        delivered.add(nameOf(post));
      }
    }
    return null;
  },
};

/** The node knows the post now; if it is its own and new, all that it knew happened before it. */
function knowing({ past, known }: History, node: NodeId, post: Post): History {
  const name = nameOf(post);
  const before = known.get(node) ?? [];
  const after = before.includes(name) ? before : [...before, name];
  return {
    past: node === post.from && !past.has(name) ? new Map(past).set(name, before) : past,
    known: after === before ? known : new Map(known).set(node, after),
  };
}

/**
 * Total order, uniform and without gaps: of any two logs, the one is the beginning of the other. (Stronger than the
 * property TO of the book, which compares posts that both have delivered, and what replicated state machines need.)
 */
export const totalOrder: Property<undefined> = {
  name: "total order",
  check({ decisions }) {
    const logs = [...logsOf(decisions)];
    for (const [i, [one, posts]] of logs.entries()) {
      for (const [other, others] of logs.slice(i + 1)) {
        for (let at = 0; at < Math.min(posts.length, others.length); at++) {
          const [a, b] = [posts[at]!, others[at]!];
          if (nameOf(a) !== nameOf(b)) return `as number ${at + 1}, ${one} delivers ${said(a)}, and ${other} ${said(b)}`;
        }
      }
    }
    return null;
  },
};

/** Validity: who lives has delivered all that it has broadcast. A condition for the end. */
export function isValid({ nodes, decisions }: World): boolean {
  const logs = logsOf(decisions);
  return alive(nodes).every(({ id, sent }) => (logs.get(id) ?? []).filter(({ from }) => from === id).length >= sent);
}

/** Agreement: what one node that lives has delivered, all that live have. A condition for the end. */
export function agrees(world: World): boolean {
  const live = alive(world.nodes).map(({ id }) => id);
  return allHave(world, live, live);
}

/** Uniform agreement: what anybody has delivered, alive or not, all that live have. A condition for the end. */
export function agreesUniformly(world: World): boolean {
  return allHave(world, alive(world.nodes).map(({ id }) => id), world.nodes.map(({ id }) => id));
}

function allHave({ decisions }: World, live: readonly NodeId[], witnesses: readonly NodeId[]): boolean {
  const logs = logsOf(decisions);
  const delivered = new Set(witnesses.flatMap((node) => (logs.get(node) ?? []).map(nameOf)));
  return live.every((node) => {
    const has = new Set((logs.get(node) ?? []).map(nameOf));
    return [...delivered].every((name) => has.has(name));
  });
}

/** The nodes that live; a mortal one (`mortal` of distlab/core) is dead when it has no state inside. */
function alive(nodes: readonly NodeView[]): Broadcaster[] {
  return nodes.flatMap(({ state }) => {
    const inner = state !== null && "inner" in state ? (state as { readonly inner: object | null }).inner : state;
    return inner === null ? [] : [inner as Broadcaster];
  });
}

/** The post that was sent, if one was. */
function posted(happened: Observation): Post | null {
  return happened.kind === "send" && "post" in happened.message ? (happened.message as unknown as { readonly post: Post }).post : null;
}
