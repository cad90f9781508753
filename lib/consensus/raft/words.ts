import type { Tagged } from "../../core/role.js";
import type { Entry, Message } from "./messages.js";

/**
 * A message in the few words that fit on an arrow of a diagram: `vote? term 2`, `yes`, `entries 3@2`, `has 3`. For the
 * option `label` of `sequence`.
 */
export function arrowText(tagged: Tagged): string {
  const message = tagged as Message;
  switch (message.kind) {
    case "requestVote":
      return `vote? term ${message.term}`;
    case "requestVoteReply":
    case "preVoteReply":
      return message.voteGranted ? "yes" : "no";
    case "preVote":
      return `would you vote? term ${message.term}`;
    case "appendEntries":
      return message.entries.length === 0 ? "heartbeat" : `entries ${message.entries.map(nameOf).join(", ")}`;
    case "appendEntriesReply":
      return message.success ? `has ${message.matchIndex}` : "no match";
    case "installSnapshot":
      return `snapshot to ${message.lastIncludedIndex}${message.done ? ", end" : ""}`;
    case "installSnapshotReply":
      return message.done ? "has all" : `from ${message.offset}`;
    case "timeoutNow":
      return "campaign now";
    case "readIndex":
      return "read up to?";
    case "readIndexReply":
      return message.index === null ? "ask another" : `up to ${message.index}`;
    default:
      return tagged.kind;
  }
}

/** An entry by its index and term: `3@2`. */
function nameOf({ index, term }: Entry): string {
  return `${index}@${term}`;
}
