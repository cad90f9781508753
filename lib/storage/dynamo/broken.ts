import type { Role } from "../../core/role.js";
import { join } from "./clock.js";
import { dynamoWith } from "./node.js";
import { type DynamoOptions, settingsOf } from "./options.js";
import type { DynamoSignature } from "./state.js";
import { dotted, type Version, type Versioning, versionClock } from "./versions.js";

/*
 * The store with one rule broken. Sections are those of DeCandia et al. 2007. Without read repair, with `vector` clocks and with
 * the last writer winning it can be had by its options.
 */

/** A node that keeps nothing on its disk. Breaks what an acknowledgement says (section 4.5). */
export function forgetfulDynamo(options: DynamoOptions): Role<DynamoSignature> {
  return { ...dynamoWith(settingsOf(options)), durable: [] };
}

/** A coordinator that answers when one node has the write, whatever W is. Breaks "at least W-1 nodes respond" (section 4.5). */
export function hastyDynamo(options: DynamoOptions): Role<DynamoSignature> {
  return dynamoWith({ ...settingsOf(options), w: 1 });
}

/** A stand-in that says it keeps what it drops. Breaks "nodes that receive hinted replicas will keep them" (section 4.6). */
export function hintDroppingDynamo(options: DynamoOptions): Role<DynamoSignature> {
  const sound = dynamoWith(settingsOf(options));
  return {
    ...sound,
    receive: {
      ...sound.receive,
      store(self, message, from, out) {
        if (message.hint === null) return sound.receive.store(self, message, from, out);
        const { call, dot, key, hint } = message;
        out.send(from, { kind: "stored", call, dot, key, hint });
      },
    },
  };
}

/**
 * A node that compares clocks by the sum of their counters, as if who has counted further had seen more. Breaks "less-than-or-equal to
 * all of the nodes in the second clock" (section 4.4): of two clocks of which neither descends from the other, one is forgotten.
 */
export function miscomparingDynamo(options: DynamoOptions): Role<DynamoSignature> {
  const sumOf = (version: Version): number => versionClock(version).reduce((sum, { counter }) => sum + counter, 0);
  const versioning: Versioning = {
    name: "miscomparing",
    write: (before, version) => versioning.merge(before, { versions: [version], seen: versionClock(version) }),
    merge(one, other) {
      const { versions } = dotted.merge({ versions: one.versions, seen: [] }, { versions: other.versions, seen: [] });
      const most = Math.max(...versions.map(sumOf));
      return { versions: versions.filter((version) => sumOf(version) === most), seen: join(one.seen, other.seen) };
    },
  };
  return dynamoWith({ ...settingsOf(options), versioning });
}

/**
 * A coordinator that sends the new version alone, with all that it has seen. Breaks what dotted clocks rest on: who has
 * seen a write of a node has its earlier ones too, or what replaces them. Replicas that had not yet heard of a sibling never do.
 */
export function lonelyVersionDynamo(options: DynamoOptions): Role<DynamoSignature> {
  const versioning: Versioning = {
    ...dotted,
    write: (before, version) => ({ ...dotted.write(before, version), versions: [version] }),
  };
  return dynamoWith({ ...settingsOf(options), versioning });
}
