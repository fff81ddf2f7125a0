import { type Call, outputOf } from '../../electron/hosts/cli/operations.ts';
import { connectSocket, type SocketClient } from '../../electron/hosts/transport/socket/connect.ts';
import { socketPlace } from '../../electron/hosts/transport/socket/place.ts';

/** Calls the core of a running host beside its window, by the private socket, as the command line does. */
export class KeystoreLine {
  readonly state: string;
  readonly keystore: string;
  #client: SocketClient | null = null;

  constructor(state: string, keystore: string) {
    this.state = state;
    this.keystore = keystore;
  }

  readonly call: Call = async (name, input) => {
    this.#client ??= await connectSocket(socketPlace(this.state, this.keystore));
    if (!this.#client) throw new Error('nobody holds the keystore');
    const reply = await this.#client.call(name, input);
    // Whoever asks again asks the process that holds it next.
    if (!reply.ok && reply.failure.code === 'HOLDER_GONE') this.disconnect();
    return outputOf<typeof name>(reply);
  };

  /** After a lock another process has the core: the next call connects anew. */
  disconnect(): void {
    this.#client?.close();
    this.#client = null;
  }
}
