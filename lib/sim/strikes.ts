import type { Seed } from "../core/random.js";
import type { NodeId } from "../core/role.js";
import type { Engine } from "./engine.js";
import { isDown, isNotCut, isNotPaused, isPaused, isUp, linksBetween, type Cut, type Fault } from "./faults.js";
import { nemesisScript, type NemesisOptions } from "./nemesis.js";
import type { Node } from "./node.js";

/** A cut that was made and not yet healed. */
interface NamedCut {
  readonly name: string | undefined;
  readonly links: Cut;
}

/** Faults as they strike: what each does to the engine. */
export class Strikes {
  readonly #engine: Engine;
  readonly #cuts: NamedCut[] = [];
  /** What one nemesis planned does not happen under the next. */
  #nemesis = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Let a nemesis do what it plans from now on, in the place of the one before. */
  unleash(nemesis: NemesisOptions, seed: Seed): void {
    const engine = this.#engine;
    const mine = ++this.#nemesis;
    for (const fault of nemesisScript(seed, nemesis, engine.names)) {
      if (fault.at >= engine.now) engine.act(fault.at, () => void (this.#nemesis === mine && this.strike(fault)));
    }
  }

  /** Let a fault strike. What cannot be has no effect, as a crash of a node that is down; by hand, it is an error. */
  strike(fault: Fault, { isByHand = false }: { readonly isByHand?: boolean } = {}): void {
    switch (fault.kind) {
      case "partition":
        return this.#cut("partition", linksBetween(fault.groups), fault);
      case "cut":
        return this.#cut("one-way", fault.from.flatMap((from) => fault.to.filter((to) => to !== from).map((to) => pair(from, to))), fault);
      case "heal":
        return this.#heal(fault.name, isByHand);
      case "calm":
        return this.#calm();
      case "isolate":
        if (typeof fault.node === "string") return this.#isolate(fault.node, fault);
    }
    const node = this.#victim(fault.node);
    if (node === undefined) return;
    const problem = this.#strikeNode(node, fault);
    if (problem !== null && isByHand) throw new Error(problem);
  }

  /** Returns why the fault cannot strike this node, or null if it has. */
  #strikeNode(node: Node, fault: Fault & { readonly node: unknown }): string | null {
    const engine = this.#engine;
    switch (fault.kind) {
      case "isolate":
        this.#isolate(node.id, fault);
        return null;
      case "crash":
        if (node.state === null) return isDown(node.id, node.crashedAt);
        if (fault.moment === undefined || fault.moment === "now") engine.crash(node, fault.forMs);
        else {
          const doom = { moment: fault.moment, forMs: fault.forMs };
          node.doom = doom;
          this.#after(fault.withinMs, () => {
            if (node.doom === doom) node.doom = null;
          });
        }
        return null;
      case "restart":
        if (node.state !== null) return isUp(node.id);
        engine.restart(node);
        return null;
      case "pause": {
        if (node.state === null) return `${node.id} is down: it cannot be paused`;
        if (node.paused) return isPaused(node.id);
        node.paused = true;
        if (engine.listener !== null) engine.emit({ kind: "pause", at: engine.now, step: engine.steps, node: node.id });
        const pause = ++node.pauses;
        this.#after(fault.forMs, () => node.paused && node.pauses === pause && this.#resume(node));
        return null;
      }
      case "resume":
        if (!node.paused) return isNotPaused(node.id);
        this.#resume(node);
        return null;
      case "stall":
        node.disk.freeAt = Math.max(node.disk.freeAt, engine.now + fault.forMs);
        if (engine.listener !== null) {
          engine.emit({ kind: "stall", at: engine.now, step: engine.steps, node: node.id, forMs: fault.forMs });
        }
        return null;
      case "slow": {
        this.#slow(node, fault.factor);
        const { slowdowns } = node;
        this.#after(fault.forMs, () => node.slowdowns === slowdowns && this.#slow(node, 1));
        return null;
      }
      case "skew": {
        this.#skew(node, fault.offsetMs ?? 0, fault.rate ?? 1);
        const { clock } = node;
        this.#after(fault.forMs, () => node.clock === clock && this.#skew(node, 0, 1));
        return null;
      }
      default:
        return null;
    }
  }

  #victim(victim: string | ((node: Node) => boolean)): Node | undefined {
    if (typeof victim === "string") return this.#engine.node(victim);
    return this.#engine.nodes.find((node) => node.state !== null && victim(node));
  }

  #after(ms: number | undefined, action: () => unknown): void {
    if (ms !== undefined) this.#engine.act(this.#engine.now + ms, () => void action());
  }

  #calm(): void {
    if (this.#cuts.length > 0) this.#mend([...this.#cuts]);
    for (const node of this.#engine.nodes) {
      node.doom = null;
      if (node.paused) this.#resume(node);
      if (node.slowness !== 1) this.#slow(node, 1);
      if (!node.clock.isTrue) this.#skew(node, 0, 1);
      if (node.state === null) this.#engine.restart(node);
    }
  }

  #resume(node: Node): void {
    const engine = this.#engine;
    if (engine.listener !== null) engine.emit({ kind: "resume", at: engine.now, step: engine.steps, node: node.id });
    engine.wake(node);
  }

  #slow(node: Node, factor: number): void {
    const engine = this.#engine;
    node.slowness = factor;
    node.slowdowns++;
    if (engine.listener !== null) engine.emit({ kind: "slow", at: engine.now, step: engine.steps, node: node.id, factor });
  }

  #skew(node: Node, offsetMs: number, rate: number): void {
    const engine = this.#engine;
    engine.setClock(node, offsetMs, rate);
    if (engine.listener !== null) {
      engine.emit({ kind: "skew", at: engine.now, step: engine.steps, node: node.id, offsetMs, rate });
    }
  }

  #isolate(place: string, fault: Fault & { readonly kind: "isolate" }): void {
    const { direction = "both" } = fault;
    const others = this.#engine.names.filter((name) => name !== place);
    const out = direction === "in" ? [] : others.map((other) => pair(place, other));
    const into = direction === "out" ? [] : others.map((other) => pair(other, place));
    this.#cut("isolate", [...out, ...into], fault);
  }

  #cut(shape: string, links: Cut, { name, forMs }: { readonly name?: string; readonly forMs?: number }): void {
    const engine = this.#engine;
    const cut = { name, links };
    this.#cuts.push(cut);
    for (const [from, to] of links) engine.network.cut(engine.places.get(from)!, engine.places.get(to)!);
    if (engine.listener !== null) engine.emit({ kind: "cut", at: engine.now, step: engine.steps, shape, links });
    this.#after(forMs, () => this.#cuts.includes(cut) && this.#mend([cut]));
  }

  #heal(name: string | undefined, isByHand: boolean): void {
    const healed = this.#cuts.filter((cut) => name === undefined || cut.name === name);
    if (healed.length > 0) this.#mend(healed);
    else if (isByHand) throw new Error(isNotCut(name, this.#cuts));
  }

  #mend(healed: readonly NamedCut[]): void {
    const engine = this.#engine;
    for (const cut of healed) this.#cuts.splice(this.#cuts.indexOf(cut), 1);
    const links = healed.flatMap((cut) =>
      cut.links.filter(([from, to]) => engine.network.heal(engine.places.get(from)!, engine.places.get(to)!)),
    );
    if (engine.listener !== null) engine.emit({ kind: "heal", at: engine.now, step: engine.steps, links });
  }
}

function pair(from: string, to: string): readonly [NodeId, NodeId] {
  return [from as NodeId, to as NodeId];
}
