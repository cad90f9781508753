import type { Tagged } from "../core/role.js";
import type { HotStuffMessage } from "./hotstuff/messages.js";
import type { Message, PrePrepare, Reply, Request } from "./pbft/messages.js";
import type { Order, OralOrder, SignedOrder } from "./generals.js";
import type { Executed } from "./pbft/state.js";

/**
 * A message of the generals, of PBFT or of HotStuff in the few words that fit on an arrow: `pre-prepare 1: a`,
 * `commit 1 (a563)`. For the option `label` of `sequence`.
 */
export function byzantineText(tagged: Tagged): string {
  const message = tagged as Message | Reply | HotStuffMessage | OralOrder | SignedOrder;
  switch (message.kind) {
    case "order":
      return `${message.order} (by ${message.path.join(", ")})`;
    case "signedOrder":
      return `${message.order} (signed ${message.marks.map(({ signer }) => signer).join(", ")})`;
    case "request":
      return `request ${operationText(message.operation)}`;
    case "prePrepare":
      return `pre-prepare ${message.n}: ${requestsText(message.requests)}`;
    case "prepare":
    case "commit":
      if ("justify" in message) return `${message.kind}: certificate`;
      return `${message.kind} ${message.n} (${message.digest.slice(0, 4)})`;
    case "checkpoint":
      return `checkpoint ${message.n}`;
    case "viewChange":
      return `to view ${message.view}: ${message.prepared.map(({ prePrepare }) => `${prePrepare.n} was prepared`).join(", ") || "nothing was prepared"}`;
    case "newView":
      return `view ${message.view} begins: ${message.prePrepares.map(({ n, requests }) => `${n} is ${requestsText(requests)}`).join(", ") || "from the start"}`;
    case "reply":
      return `reply${message.tentative ? ", tentative" : ""}`;
    case "status":
      return "executed" in message ? `executed ${message.executed}` : "status"; // a timer has the same name
    case "committed":
      return `committed ${message.prePrepare.n}`;
    case "state":
      return `state ${message.snapshot.n}`;
    case "fetch":
      return `state ${message.n}?`;
    case "propose":
      return `propose ${message.block.height}: ${requestsText(message.block.requests)}`;
    case "vote":
      return `vote (${message.phase})`;
    case "preCommit":
    case "decide":
      return `${message.kind}: certificate`;
    case "nextView":
      return `in view ${message.view}`;
    default:
      return tagged.kind;
  }
}

/** What a replica has executed, or how a general has decided, in as few words: `1: a`, `2: nothing`, `to attack`. */
export function executedText(outcome: Executed | Order): string {
  if (typeof outcome === "string") return `to ${outcome}`;
  return `${outcome.n}: ${outcome.operations.length === 0 ? "nothing" : outcome.operations.map(operationText).join(", ")}`;
}

function requestsText(requests: PrePrepare["requests"]): string {
  return requests.length === 0 ? "nothing" : requests.map(({ operation }: Request) => operationText(operation)).join(", ");
}

/** An operation by its value or key, if it has one. */
function operationText(operation: unknown): string {
  if (typeof operation !== "object" || operation === null) return String(operation);
  const { kind, key, value } = operation as { readonly kind?: unknown; readonly key?: unknown; readonly value?: unknown };
  return String(value ?? (key === undefined ? kind : `${String(kind)} ${String(key)}`));
}
