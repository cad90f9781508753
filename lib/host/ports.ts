import { createServer } from "node:net";

/** So many ports of the loopback interface that nobody listens on at the moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map((server) => new Promise<number>((done, failed) => {
      server.on("error", failed);
      server.listen(0, "127.0.0.1", () => done((server.address() as { readonly port: number }).port));
    })),
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
