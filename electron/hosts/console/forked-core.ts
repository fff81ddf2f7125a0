import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { sharedCompiledCode } from '../../core/kernel/compiled-code.ts';
import { childEnvironment, childFlags } from '../../core/kernel/node-launcher.ts';
import type { Handshake } from '../transport/http/tab-server.ts';
import type { FromCore, ToCore } from './core-messages.ts';

const entry = fileURLToPath(new URL('./core-main.ts', import.meta.url));

/** A core process, listened to from its first moment: it may end before it is needed. */
export class ForkedCore {
  /** How it ended. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  /** Windows' connections on their way to it, until it has them. */
  readonly #onTheWay = new Map<string, Socket>();
  /** Its line may be there for a moment longer. */
  #over = false;

  constructor(child: ChildProcess = forkCore()) {
    this.#child = child;
    this.ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? String(code)));
      // A process that could not be made has no exit; of another one the exit says enough.
      child.on('error', () => child.pid === undefined && resolve('not started'));
    });
    void this.ended.then(() => {
      this.#over = true;
      for (const socket of this.#onTheWay.values()) socket.destroy();
    });
  }

  onMessage(listener: (message: FromCore) => void): void {
    this.#child.on('message', (message) => listener(message as FromCore));
  }

  send(message: ToCore): void {
    // A broken line is followed by the exit, which is what is acted on.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /**
   * Keeps our end until the process says that it has the connection. Node would close it for us, but
   * never does where that process dies on the way: the window would wait for minutes, for nobody.
   */
  handOver(handshake: Handshake, socket: Socket): void {
    if (this.#over || !this.#child.connected) {
      socket.destroy();
      return;
    }
    const { tab } = handshake.ticket;
    this.#onTheWay.set(tab, socket);
    socket.once('close', () => this.#onTheWay.delete(tab));
    this.#child.send({ handshake } satisfies ToCore, socket, { keepOpen: true }, () => undefined);
  }

  /** It has that connection: we stop reading from it, and only then may it speak. */
  letGo(tab: string): void {
    this.#onTheWay.get(tab)?.destroy();
    this.send({ go: tab });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function forkCore(): ChildProcess {
  return fork(entry, [], {
    serialization: 'advanced',
    execArgv: [...childFlags],
    env: { ...childEnvironment(), ...sharedCompiledCode() },
    // A library may print: nothing of it belongs into the output of a command.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}
