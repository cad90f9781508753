import { describe, expect, it } from "vitest";
import { appendOf, entry, has, leaderAt, logWith, s1, s2, s3, s4, s5 } from "./server-at.js";

describe("a leader commits", () => {
  it("what a majority has, itself among them, as soon as the answer comes", () => {
    const { self, on } = leaderAt(1, logWith(), { servers: [s1, s2, s3, s4, s5] });
    on(has(1, 1), s2);
    expect(self.commitIndex).toBe(0);
    on(has(1, 1), s2);
    expect(self.commitIndex).toBe(0);
    on(has(1, 1), s5);
    expect(self).toMatchObject({ commitIndex: 1, lastApplied: 1 });
  });

  it("nothing of an earlier term by counting, and everything before an entry of its own term (section 5.4.2)", () => {
    const { self, on } = leaderAt(4, logWith(1, 2), { noOp: false });
    on(has(4, 2), s2);
    on(has(4, 2), s3);
    expect(self.commitIndex).toBe(0);
    const withNoOp = leaderAt(4, logWith(1, 2));
    withNoOp.on(has(4, 3), s3);
    expect(withNoOp.self.commitIndex).toBe(3);
  });

  it("nothing that only learners have", () => {
    const { self, on } = leaderAt(1, logWith(), { learners: [s4, s5] });
    on(has(1, 1), s4);
    on(has(1, 1), s5);
    expect(self.commitIndex).toBe(0);
  });

  it("by the majorities of both halves of a joint configuration", () => {
    const configuration = { voters: [s1, s4, s5], outgoing: [s1, s2, s3], learners: [], learnersNext: [], autoLeave: false };
    const { self, on } = leaderAt(1, logWith());
    on(appendOf(2, 0, 0, [entry(1, 2), { index: 2, term: 2, kind: "configuration", configuration }]), s2);
    expect(self.configuration).toEqual(configuration);
    const leader = leaderAt(3, self.log);
    leader.on(has(3, 3), s2);
    expect(leader.self.commitIndex).toBe(0);
    leader.on(has(3, 3), s5);
    expect(leader.self.commitIndex).toBe(3);
  });
});
