import { job, type Emit, type EmitValue, type Job } from "../../lib/compute/mapreduce/job.js";

// What a function of a module uses may stand around it: the thread loads the module.
const separator = " ";

export const fromModule: Job<number, string, string, number, number> = job({
  map(_: number, line: string, emit: Emit<string, number>) {
    for (const word of line.split(separator)) if (word !== "") emit(word, 1);
  },
  reduce(_: string, counts: Iterable<number>, emit: EmitValue<number>) {
    let total = 0;
    for (const count of counts) total += count;
    emit(total);
  },
});

export const notAJob = 7;
