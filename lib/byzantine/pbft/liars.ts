import type { NodeId, Role } from "../../core/role.js";
import { digestOf, keyRing, type Pen, type Signed } from "../keys.js";
import { lying } from "../lying.js";
import { client, clientWith, type ClientOptions, type ClientSignature } from "./client.js";
import type { Certificate, Commit, PrePrepare } from "./messages.js";
import { replica } from "./replica.js";
import type { Rules } from "./rules.js";
import type { ReplicaOptions } from "./settings.js";
import type { ReplicaSignature } from "./state.js";

/*
 * Replicas that lie, each in one way and otherwise by the book. Each signs with its own pen and with no other.
 */

type Liar<S, C, R> = Role<ReplicaSignature<S, C, R>>;

/** The same place with other requests, in the liar's own name. */
function instead<C>(pen: Pen, message: PrePrepare<C>, requests: PrePrepare<C>["requests"]): Signed<PrePrepare<C>> {
  return pen.sign({ kind: "prePrepare" as const, view: message.view, n: message.n, digest: digestOf(requests), requests });
}

function commitTo(pen: Pen, { view, n, digest }: PrePrepare): Signed<Commit> {
  return pen.sign({ kind: "commit" as const, view, n, digest });
}

/**
 * A primary that tells two stories (equivocation, 说两套话): to some backups it gives each number to the requests, and to the
 * deceived to nothing. It sends each of them at once the commit that fits.
 */
export function equivocatingPrimary<S, C, R>(
  given: ReplicaOptions<S, C, R>,
  deceived: readonly NodeId[],
  honest: Role<ReplicaSignature<S, C, R>> = replica(given),
): Liar<S, C, R> {
  const keys = given.keys ?? keyRing();
  return lying(honest, {
    send(message, to, self) {
      if (message.kind === "commit") return null;
      if (message.kind !== "prePrepare") return message;
      const pen = keys.pen(self.id);
      const told = deceived.includes(to) ? instead(pen, message, []) : message;
      return [told, commitTo(pen, told)];
    },
  });
}

/** A primary that says nothing as long as it is one; as a backup it is honest. */
export function silentPrimary<S, C, R>(given: ReplicaOptions<S, C, R>): Liar<S, C, R> {
  return lying(replica(given), { send: (message) => (message.kind === "prePrepare" || message.kind === "newView" ? null : message) });
}

/** A replica that says nothing to anybody. */
export function silentReplica<S, C, R>(given: ReplicaOptions<S, C, R>): Liar<S, C, R> {
  return lying(replica(given), { send: () => null });
}

/** A primary whose digests are not those of its requests. */
export function misnamingPrimary<S, C, R>(given: ReplicaOptions<S, C, R>): Liar<S, C, R> {
  const keys = given.keys ?? keyRing();
  return lying(replica(given), {
    send(message, _, self) {
      if (message.kind !== "prePrepare") return message;
      const { signature: _signature, signer: _signer, ...body } = message;
      return keys.pen(self.id).sign({ ...body, digest: digestOf("something else") });
    },
  });
}

/** A replica that adds to each of its prepares one in every other's name, which it cannot sign. */
export function forgingReplica<S, C, R>(given: ReplicaOptions<S, C, R>): Liar<S, C, R> {
  return lying(replica(given), {
    send: (message) =>
      message.kind === "prepare" ? [message, ...given.replicas.map((signer) => ({ ...message, signer, digest: digestOf([]) }))] : message,
  });
}

/** A replica that sends everything twice, and every request that it hears of to everybody again. */
export function replayingReplica<S, C, R>(given: ReplicaOptions<S, C, R>): Liar<S, C, R> {
  return lying(replica(given), {
    send: (message) => (message.kind === "prePrepare" ? [message, message, ...message.requests] : [message, message]),
  });
}

/** A replica that tells clients something else than came out. */
export function lyingReplier<S, C, R>(given: ReplicaOptions<S, C, R>, result: R): Liar<S, C, R> {
  return lying(replica(given), { send: (message) => (message.kind === "reply" ? { ...message, result, tentative: false } : message) });
}

/** A replica that, when it leaves for another view, keeps quiet about all that it has prepared. */
export function forgetfulLeaver<S, C, R>(given: ReplicaOptions<S, C, R>, honest: Role<ReplicaSignature<S, C, R>> = replica(given)): Liar<S, C, R> {
  const keys = given.keys ?? keyRing();
  // It deletes what it has prepared before it says so, so that the view change which it counts itself is as empty.
  const forget = honest.timeout.patience;
  return {
    ...lying(honest, {
      send(message, _, self) {
        if (message.kind !== "viewChange") return message;
        const { signature: _signature, signer: _signer, ...body } = message;
        return keys.pen(self.id).sign({ ...body, prepared: [] });
      },
    }),
    timeout: {
      ...honest.timeout,
      patience(self, timer, out) {
        self.prepared.clear();
        forget(self, timer, out);
      },
    },
  };
}

/** A primary that begins its view with nothing where the view changes ask for something, and commits to that. */
export function dictatingPrimary<S, C, R>(given: ReplicaOptions<S, C, R>, honest: Role<ReplicaSignature<S, C, R>> = replica(given)): Liar<S, C, R> {
  const keys = given.keys ?? keyRing();
  return lying(honest, {
    send(message, _, self) {
      if (message.kind === "commit" && message.view > 0) return null;
      if (message.kind !== "newView") return message;
      const pen = keys.pen(self.id);
      const { signature: _signature, signer: _signer, ...body } = message;
      const prePrepares = message.prePrepares.map((prePrepare) => instead(pen, prePrepare, []));
      return [pen.sign({ ...body, prePrepares }), ...prePrepares.map((prePrepare) => commitTo(pen, prePrepare))];
    },
  });
}

/** A replica that claims, when it leaves for another view, to have had nothing prepared at number 1, with its own word as proof. */
export function inventingLeaver<S, C, R>(given: ReplicaOptions<S, C, R>, honest: Role<ReplicaSignature<S, C, R>> = replica(given)): Liar<S, C, R> {
  const keys = given.keys ?? keyRing();
  const leave = honest.timeout.patience;
  return {
    ...honest,
    timeout: {
      ...honest.timeout,
      patience(self, timer, out) {
        const prePrepare = keys.pen(self.id).sign({ kind: "prePrepare" as const, view: self.view, n: 1, digest: digestOf([]), requests: [] });
        const invented: Certificate<C> = { prePrepare, prepares: [] };
        self.prepared.set(1, invented);
        leave(self, timer, out);
      },
    },
  };
}

/** A client that gives different replicas different operations under one number: its own fault, and nobody's but its own. */
export function fickleClient<C, R>(given: ClientOptions, other: C): Role<ClientSignature<C, R>> {
  const keys = given.keys ?? keyRing();
  return lying(client<C, R>({ ...given, retryAfter: given.retryAfter ?? 50 }), {
    send(message, to, self) {
      if (to !== given.replicas.at(-1)) return message;
      const { signature: _signature, signer: _signer, ...body } = message;
      return keys.pen(self.id).sign({ ...body, operation: other });
    },
  });
}

// --- Rules that are broken in all replicas --------------------------------------------------------------------------

/** Quorums of 2f instead of 2f + 1, as if nobody lied: two of them may share nobody but a liar. */
export const shortQuorums: Partial<Rules> = {
  prepares: ({ f }) => Math.max(0, 2 * f - 1), commits: ({ f }) => 2 * f, viewChanges: ({ f }) => 2 * f,
};

/** No prepare phase: a backup that has the pre-prepare commits. */
export const noPrepares: Partial<Rules> = { prepares: () => 0 };

/** A later pre-prepare takes the place of the one before it. */
export const takesSecond: Partial<Rules> = { refusesSecond: false };

/** A view begins with 2f view changes. */
export const fewViewChanges: Partial<Rules> = { viewChanges: ({ f }) => 2 * f };

/** Whatever a view change claims to have been prepared is believed. */
export const noProofs: Partial<Rules> = { isProved: () => true };

/** Backups believe what the new primary says that follows from the view changes. */
export const noLookAtNewView: Partial<Rules> = { checksNewView: false };

/** A client that believes f equal answers: one liar is enough to deceive it. */
export function credulousClient<C, R>(given: ClientOptions): Role<ClientSignature<C, R>> {
  return clientWith(({ f }) => f, given);
}
