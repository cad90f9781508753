import type { AnyRole, NodeId, Out } from "../../core/role.js";
import { coordinatorWith, type CoordinatorOptions } from "./coordinator.js";
import { sinkWith, type SinkOptions } from "./sink.js";
import type { StreamJobOptions } from "./job.js";
import type { Deploy } from "./messages.js";
import { source, type Source, type SourceOptions, type SourceSignature } from "./source.js";

/** Shows its results at the barrier, before the checkpoint is complete. Breaks the second phase of the commitment. */
export function hastySink(options: SinkOptions): AnyRole {
  return sinkWith({ commitsAtBarrier: true }, options);
}

/** Takes a checkpoint for complete while the state of one task is missing: that one begins from nothing. */
export function impatientCoordinator(options: CoordinatorOptions): AnyRole {
  return coordinatorWith({ lacking: 1 }, options);
}

/** Reads on after a recovery where it had been, instead of where the checkpoint was. Breaks the replay: what was under way is lost. */
export function onwardSource(options: SourceOptions): AnyRole {
  const sound = source(options);
  return {
    ...sound,
    receive: {
      ...sound.receive,
      deploy(self: Source, message: Deploy, from: NodeId, out: Out<SourceSignature>) {
        const { position } = self;
        sound.receive.deploy(self, message, from, out);
        if (self.position < position) self.position = position;
      },
    },
  };
}

/** A way to break exactly once, as options of a job. */
export interface BrokenStream {
  readonly name: string;
  readonly does: string;
  readonly options: Pick<StreamJobOptions, "alignment" | "writing" | "roles">;
}

/** What each part of exactly once is for: with any of these, some crash shows a wrong result, or shows a result twice, or never. */
export const brokenStreams: readonly BrokenStream[] = [
  { name: "no alignment", does: "handles what comes behind a barrier before the state is stored", options: { alignment: "none" } },
  { name: "appending sink", does: "writes each result at once, at the end", options: { writing: "append" } },
  { name: "hasty sink", does: "shows its results before the checkpoint is complete", options: { roles: { sink: hastySink } } },
  { name: "impatient coordinator", does: "does not wait for the last state", options: { roles: { coordinator: impatientCoordinator } } },
  { name: "onward source", does: "reads on where it was, not where the checkpoint was", options: { roles: { source: onwardSource } } },
];
