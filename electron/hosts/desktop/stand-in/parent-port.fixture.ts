/**
 * Loaded into a Node fork before its program: gives it what an Electron utility process has instead
 * of `process.send`. Messages are cloned as Electron clones them: a Buffer arrives as a Uint8Array.
 */
import { EventEmitter } from 'node:events';
import type { StandInFrame } from './wire.fixture.ts';

const send = (frame: StandInFrame): void => void process.send?.(frame);

class Port extends EventEmitter {
  readonly #number: number;
  #waiting: unknown[] | null = [];

  constructor(number: number) {
    super();
    this.#number = number;
  }
  postMessage(data: unknown): void {
    send({ to: this.#number, data: structuredClone(data) });
  }
  start(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const data of waiting) this.emit('message', { data });
  }
  take(data: unknown): void {
    if (this.#waiting) this.#waiting.push(data);
    else this.emit('message', { data });
  }
}

class ParentPort extends EventEmitter {
  readonly ports = new Map<number, Port>();
  #early: unknown[] = [];

  override on(event: string, listener: (message: unknown) => void): this {
    super.on(event, listener);
    for (const message of this.#early.splice(0)) listener(message);
    return this;
  }
  postMessage(data: unknown): void {
    send({ to: 'process', data: structuredClone(data), lines: [] });
  }
  take(message: unknown): void {
    if (this.listenerCount('message') === 0) this.#early.push(message);
    else this.emit('message', message);
  }
}

const parentPort = new ParentPort();
process.on('message', (message: StandInFrame) => {
  const frame = structuredClone(message);
  if ('closed' in frame) {
    parentPort.ports.get(frame.closed)?.emit('close');
  } else if (frame.to === 'process') {
    const ports = frame.lines.map((number) => {
      const port = new Port(number);
      parentPort.ports.set(number, port);
      return port;
    });
    parentPort.take({ data: frame.data, ports });
  } else parentPort.ports.get(frame.to)?.take(frame.data);
});
// Electron ends its children with the main process.
process.on('disconnect', () => process.exit(0));
Object.assign(process, { parentPort });
