import type { AddressInfo, Server } from 'node:net';

/** Why an address is not to be had, as a person needs it. */
const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already; stop it, or name another port',
  EACCES: 'this account may not listen there; give it the right, or name a port from 1024 on',
  EPERM: 'this account may not listen there; give it the right, or name a port from 1024 on',
  EADDRNOTAVAIL: 'this computer has no such address',
  ENOTFOUND: 'there is no such name',
};

/**
 * Listens at an address that no other process shares, and gives the port.
 * @throws Error that says in a sentence why it cannot
 */
export async function listenAt(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = reasons[cause.code ?? ''] ?? cause.message;
      reject(new Error(`${host} port ${port}: ${reason}.`, { cause }));
    });
    server.listen({ host, port, exclusive: true }, resolve);
  });
  return (server.address() as AddressInfo).port;
}
