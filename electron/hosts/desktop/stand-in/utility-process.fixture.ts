import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ForkOptions, MessagePortMain } from 'electron';
import { childFlags } from '../../../core/kernel/node-launcher.ts';
import type { StandInFrame } from './wire.fixture.ts';

const shim = fileURLToPath(new URL('./parent-port.fixture.ts', import.meta.url));
let lineNumber = 0;

/** One end of a line, until it is handed to a child; from then on only its number counts here. */
class StandInPort {
  readonly number = ++lineNumber;
  peer: StandInPort | null = null;
  owner: StandInUtilityProcess | null = null;
  readonly #early: StandInFrame[] = [];

  handTo(owner: StandInUtilityProcess): void {
    this.owner = owner;
    for (const frame of this.#early.splice(0)) owner.deliver(frame);
  }
  /** What the other end sent. */
  take(frame: StandInFrame): void {
    if (this.owner) this.owner.deliver(frame);
    else this.#early.push(frame);
  }
  close(): void {
    this.peer?.take({ closed: this.peer.number });
  }
}

export class StandInMessageChannel {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;

  constructor() {
    const [one, two] = [new StandInPort(), new StandInPort()];
    one.peer = two;
    two.peer = one;
    this.port1 = one as unknown as MessagePortMain;
    this.port2 = two as unknown as MessagePortMain;
  }
}

/** A utility process that is a Node fork: real processes, real messages, Electron's manners. */
export class StandInUtilityProcess extends EventEmitter {
  pid: number | undefined;
  ended = false;
  readonly path: string;
  readonly options: ForkOptions;
  readonly #child: ChildProcess;
  readonly #ports = new Map<number, StandInPort>();

  constructor(path: string, options: ForkOptions) {
    super();
    this.path = path;
    this.options = options;
    this.#child = fork(path, [], {
      serialization: 'advanced',
      // As the processes of our other hosts, or what is measured is V8's young heap, not ours.
      execArgv: [...childFlags, '--import', shim],
      env: { ...(options.env as Record<string, string>), NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.once('spawn', () => {
      this.pid = this.#child.pid;
      this.emit('spawn');
    });
    this.#child.on('message', (frame: StandInFrame) => this.#take(frame));
    // Electron tells what waitpid told: a signal is a number as well.
    this.#child.once('exit', (code) => {
      this.pid = undefined;
      this.ended = true;
      for (const port of this.#ports.values()) port.close();
      this.emit('exit', code ?? 137);
    });
  }

  postMessage(data: unknown, transfer: readonly MessagePortMain[] = []): void {
    const ports = transfer as unknown as readonly StandInPort[];
    for (const port of ports) this.#ports.set(port.number, port);
    const lines = ports.map(({ number }) => number);
    this.deliver({ to: 'process', data: structuredClone(data), lines });
    for (const port of ports) port.handTo(this);
  }

  deliver(frame: StandInFrame): void {
    if (this.#child.connected) this.#child.send(frame, () => undefined);
  }

  kill(): boolean {
    return this.#child.kill('SIGTERM');
  }

  #take(frame: StandInFrame): void {
    if ('closed' in frame) return;
    if (frame.to === 'process') this.emit('message', frame.data);
    else {
      const peer = this.#ports.get(frame.to)?.peer;
      peer?.take({ to: peer.number, data: frame.data });
    }
  }
}
