import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Another address of the practice KMS. While it is held, what is sent there waits. */
export class HeldAddress implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #free: Promise<void> = Promise.resolve();
  #waits = (): void => undefined;
  release = (): void => undefined;

  private constructor(url: string) {
    this.#server = createServer((client) =>
      this.#join(client, connect(Number(new URL(url).port), '127.0.0.1')),
    );
  }

  static async of(url: string): Promise<HeldAddress> {
    const address = new HeldAddress(url);
    address.#server.listen(0, '127.0.0.1');
    await once(address.#server, 'listening');
    return address;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Holds what is sent from now on; resolves once something waits. */
  hold(): Promise<void> {
    this.#free = new Promise((resolve) => (this.release = resolve));
    return new Promise((resolve) => (this.#waits = resolve));
  }

  #join(client: Socket, kms: Socket): void {
    kms.pipe(client);
    client.on('data', (piece) => {
      this.#waits();
      void this.#free.then(() => kms.write(piece));
    });
    client.on('close', () => kms.destroy());
    for (const socket of [client, kms]) {
      this.#sockets.add(socket);
      socket.on('error', () => client.destroy());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
