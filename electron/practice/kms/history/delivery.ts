import { closeSync, openSync, writeSync } from 'node:fs';
import type { State } from '../state/state.ts';
import { recordsOf } from './record.ts';

/** Writes the event history to a file, one record a line. */
export interface Delivery {
  /** Brings the file up to date and closes it. */
  close(): void;
}

const NOTHING: Delivery = { close: () => undefined };

/** How far the file is, kept with the practice data. */
const DELIVERED = 'history-delivered';
const EVERY_MS = 200;
const BATCH = 1000;

/**
 * Delivers within a moment, and like CloudTrail at least once: after a crash the last records may
 * come again, with the same eventID. Raises the error of opening the file.
 */
export function deliverHistory(file: string | null, state: State): Delivery {
  if (file === null) return NOTHING;
  const descriptor = openSync(file, 'a', 0o600);
  let delivered = Number(state.readText(DELIVERED) ?? '0');
  function deliver(): void {
    state.settle();
    for (;;) {
      const entries = state.journal.since(delivered, BATCH);
      const last = entries.at(-1);
      if (last === undefined) return;
      const lines = entries.flatMap(recordsOf).map((record) => `${JSON.stringify(record)}\n`);
      if (lines.length > 0) writeSync(descriptor, lines.join(''));
      delivered = last.seq;
      state.writeText(DELIVERED, String(delivered));
    }
  }
  state.journal.beforeClear(deliver);
  const timer = setInterval(deliver, EVERY_MS);
  timer.unref();
  deliver();
  return {
    close() {
      clearInterval(timer);
      deliver();
      closeSync(descriptor);
    },
  };
}
