import type { Call, NodeId } from "../../core/role.js";
import { mayCampaign } from "./in-force.js";
import { campaign } from "./election.js";
import { sendEntries } from "./replication.js";
import type { Settings } from "./settings.js";
import type { Server, ServerOut } from "./state.js";

/* Leadership transfer (dissertation, section 3.10): the leader lets another server win the next election. */

/** "The prior leader stops accepting new client requests, and fully updates the target server's log to match its own." */
export function transfer(settings: Settings, self: Server, to: NodeId, call: Call, out: ServerOut): void {
  if (to === self.id) return out.reply(call, { kind: "transferred", to });
  const { voters } = settings.rules.voting(self.configuration);
  if (!voters.includes(to)) return out.reply(call, { kind: "refused", reason: `${to} is no voter: ${voters.join(", ")}` });
  if (self.transfer !== null) {
    return out.reply(call, { kind: "refused", reason: `the leadership is being handed over to ${self.transfer.to}` });
  }
  self.transfer = { to, call, term: self.currentTerm, isAsked: false };
  out.setTimer({ kind: "transfer" }, settings.maxElectionTimeout);
  sendEntries(settings, self, to, out);
}

/** Once the target has the whole log, "the leader sends a TimeoutNow request to the target server". */
export function handOver(self: Server, out: ServerOut): void {
  const { transfer } = self;
  if (transfer === null || transfer.isAsked || self.matchIndex.get(transfer.to) !== self.log.lastIndex) return;
  self.transfer = { ...transfer, isAsked: true };
  self.hasHandedOver = true;
  out.send(transfer.to, { kind: "timeoutNow", term: self.currentTerm });
}

/**
 * "This has the same effect as the target server's election timer firing", but that nobody protects the leader
 * against it.
 */
export function timeoutNow(settings: Settings, self: Server, term: number, out: ServerOut): void {
  if (term === self.currentTerm && self.role !== "leader" && mayCampaign(settings, self)) campaign(settings, self, { transfer: true }, out);
}

/**
 * "If leadership transfer does not complete after about an election timeout, the prior leader aborts the transfer and
 * resumes accepting client requests."
 */
export function giveUpTransfer(self: Server, out: ServerOut): void {
  const { transfer } = self;
  self.transfer = null;
  if (transfer !== null) out.reply(transfer.call, { kind: "refused", reason: `${transfer.to} did not take over in time` });
}
