import type { Outlet } from "../../kernel-setup/server/channels.js";

/** Keeps what a part of the kernel publishes, in place of sockets. */
export class Outbox implements Outlet {
  readonly types: string[] = [];
  readonly contents: Record<string, unknown>[] = [];

  publish(type: string, content: unknown): void {
    this.types.push(type);
    this.contents.push(content as Record<string, unknown>);
  }

  stream(name: "stdout" | "stderr", text: string): void {
    this.publish("stream", { name, text });
  }

  reply(_to: unknown, type: string, content: unknown): void {
    this.publish(type, content);
  }

  ask(_to: unknown, prompt: string): void {
    this.publish("input_request", { prompt });
  }
}
