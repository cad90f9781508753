import type { ChannelRule, CommitCheckpoints, GapRule, WatermarkOfTask } from "../../lib/learn.js";
import type { Answers } from "./hold-exercises.js";

const sessions = (sorts: boolean, meets: (at: number, last: { start: number; end: number }, gap: number) => boolean): GapRule => (times, gap) => {
  const found: { start: number; end: number }[] = [];
  for (const at of sorts ? [...times].sort((a, b) => a - b) : times) {
    const last = found[found.length - 1];
    if (last && meets(at, last, gap)) last.end = at + gap;
    else found.push({ start: at, end: at + gap });
  }
  return found;
};

export const sessionRule: Answers<GapRule> = {
  sound: sessions(true, (at, last) => at < last.end),
  wrong: [
    { name: "measured from the first event", trial: /^events in order$/, problem: /and the sessions are/, run: false, answer: sessions(true, (at, last, gap) => at < last.start + gap) },
    { name: "an event at the end belongs to it", trial: /^gaps that are exact$/, problem: /and the sessions are/, run: false, answer: sessions(true, (at, last) => at <= last.end) },
    { name: "in the order of coming", trial: /^events in any order$/, problem: /and the sessions are/, run: false, answer: sessions(false, (at, last) => at < last.end) },
  ],
};

export const watermarkRule: Answers<WatermarkOfTask> = {
  sound(inputs, before) {
    const awake = inputs.filter(({ isIdle }) => !isIdle).map(({ watermark }) => watermark);
    return awake.length === 0 ? before : Math.max(before, Math.min(...awake));
  },
  wrong: [
    { name: "the fastest input", trial: /^inputs that are awake$/, problem: /and may say/, run: false, answer: (inputs) => Math.max(...inputs.map(({ watermark }) => watermark)) },
    { name: "idle inputs count", trial: /^inputs of which some are idle$/, problem: /and may say/, run: false, answer: (inputs, before) => Math.max(before, Math.min(...inputs.map(({ watermark }) => watermark))) },
    {
      name: "it falls", trial: /^inputs that wake up behind$/, problem: /and may say/, run: false,
      answer(inputs, before) {
        const awake = inputs.filter(({ isIdle }) => !isIdle).map(({ watermark }) => watermark);
        return awake.length === 0 ? before : Math.min(...awake);
      },
    },
  ],
};

export const channelRule: Answers<ChannelRule> = {
  sound(coming) {
    const from = coming.indexOf("record");
    return from < 0 ? [] : coming.slice(from + 1, coming.indexOf("marker"));
  },
  wrong: [
    { name: "all before the marker", trial: /^a process that has recorded/, problem: /and the channel's state is/, run: false, answer: (coming) => coming.slice(0, coming.indexOf("marker")).filter((each) => each !== "record") },
    { name: "nothing", trial: /^a process that has recorded/, problem: /and the channel's state is/, run: false, answer: () => [] },
    { name: "from the beginning where nothing is recorded", trial: /^a process that hears/, problem: /and the channel's state is/, run: false, answer: (coming) => coming.slice(coming.indexOf("record") + 1, coming.indexOf("marker")) },
  ],
};

export const commitRule: Answers<CommitCheckpoints> = {
  sound: (prepared, complete) => prepared.filter((id) => id <= complete),
  wrong: [
    { name: "nothing", trial: /^no faults$/, problem: /can be seen in the end/, run: true, answer: () => [] },
    { name: "only that checkpoint", trial: /^news that is lost$/, problem: /can be seen in the end/, run: true, answer: (prepared, complete) => prepared.filter((id) => id === complete) },
    { name: "everything", trial: /^a task that crashes/, problem: /shown twice|is shown as/, run: true, answer: (prepared) => prepared },
  ],
};
