import { writeSync } from 'node:fs';
import type { FaultPoints } from '../../electron/core/ports.ts';
import type { Kill, Said } from './orders.ts';
import { placeOf, pointName, requestOf } from './points.ts';

/** A line of output that has left the process when this returns: no stream, no buffer. */
export function say(said: Said): void {
  writeSync(1, `${JSON.stringify(said)}\n`);
}

/**
 * The fault points of a core process under test: tells each one that is reached while armed, and
 * kills the process at the one it was told, with the signal that nothing can catch.
 */
export class FaultLine implements FaultPoints {
  readonly #kill: Kill | null;
  readonly #reached = new Map<string, number>();
  #armed = false;

  constructor(kill: Kill | null) {
    this.#kill = kill;
  }

  arm(): void {
    this.#armed = true;
  }

  reach(fault: string): void {
    const place = this.#armed ? placeOf(fault) : null;
    if (place === null) return;
    const first = pointName(place, 0);
    const occurrence = (this.#reached.get(first) ?? 0) + 1;
    this.#reached.set(first, occurrence);
    const point = pointName(place, occurrence);
    say({ say: 'point', point, phase: place.phase });
    if (this.#isFatal(point, place.event)) die(point);
  }

  #isFatal(point: string, event: string): boolean {
    if (this.#kill?.at === 'first-answer') return requestOf(event)?.moment === 'answered';
    return this.#kill?.at === point;
  }
}

function die(point: string): never {
  say({ say: 'dying', point });
  process.kill(process.pid, 'SIGKILL');
  // Not reached: the signal ends every thread before the call returns. Should it ever be, nothing
  // of the product may run on.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
