import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { State } from '../state/state.ts';
import { recordsOf } from './record.ts';

/** Writes the event history to a file, one record a line. */
export interface Delivery {
  /** Brings the file up to date and closes it. */
  close(): void;
}

const nothing: Delivery = { close: () => undefined };

/** How far the file is, kept with the practice data. */
const deliveredSetting = 'history-delivered';
const everyMs = 200;
const batch = 1000;

/** All of it or nothing: behind half a line the next one could not be read. */
function append(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  const before = fstatSync(descriptor);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  } catch (error) {
    if (before.isFile()) ftruncateSync(descriptor, before.size);
    throw error;
  }
}

/**
 * Delivers within a moment, and like CloudTrail at least once: after a crash the last records may
 * come again, with the same eventID. Where the file cannot be written, calls are answered all the
 * same: `onTrouble` is told once, and the records follow when it can. @throws the error of opening it.
 */
export function deliverHistory(
  file: string | null,
  state: State,
  onTrouble: (text: string) => void,
): Delivery {
  if (file === null) return nothing;
  const descriptor = openSync(file, 'a', 0o600);
  let delivered = Number(state.readText(deliveredSetting) ?? '0');
  function deliver(): void {
    state.settle();
    for (;;) {
      const entries = state.journal.since(delivered, batch);
      const last = entries.at(-1);
      if (last === undefined) return;
      const lines = entries.flatMap(recordsOf).map((record) => `${JSON.stringify(record)}\n`);
      if (lines.length > 0) append(descriptor, lines.join(''));
      delivered = last.seq;
      state.writeText(deliveredSetting, String(delivered));
    }
  }
  let inTrouble = false;
  function tryToDeliver(): void {
    try {
      deliver();
      inTrouble = false;
    } catch (error) {
      if (!inTrouble) {
        const why = error instanceof Error ? error.message : String(error);
        onTrouble(
          `the event history cannot be written (${why}). Calls are answered all the same, and the records follow when it can be.`,
        );
      }
      inTrouble = true;
    }
  }
  // What is not written yet is not forgotten: then the clearing fails.
  state.journal.beforeClear(deliver);
  const timer = setInterval(tryToDeliver, everyMs);
  timer.unref();
  tryToDeliver();
  return {
    close() {
      clearInterval(timer);
      tryToDeliver();
      closeSync(descriptor);
    },
  };
}
