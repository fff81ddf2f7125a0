import {
  closeSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { DataFileError } from './database.ts';

/**
 * Lines that are not in the database yet, in a file beside it. A write that returned has reached the
 * operating system, which is what surviving SIGKILL takes, and costs a tenth of a commit.
 */
export interface CallLog {
  /** Appends all of it or nothing. @throws the error of the file. */
  append(text: string): void;
  /** What it holds is in the database now. */
  empty(): void;
  /** True after a failure that may have left something behind: it takes no more until it is empty. */
  readonly isBroken: boolean;
  /** Closes it; one that holds nothing is removed. */
  close(): void;
}

const headOf = (instance: string): string => `Keyreeve practice KMS calls 1 ${instance}\n`;

export const callLogOf = (dataFile: string): string => `${dataFile}-calls`;

/**
 * The whole lines that a process which was killed left beside the data file of this instance; none
 * where the file belongs to other data.
 */
export function leftLines(dataFile: string, instance: string): string[] {
  const path = callLogOf(dataFile);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isFile()) throw new DataFileError(`${path} is not a plain file`);
  const text = readFileSync(path, 'utf8');
  const head = headOf(instance);
  // Behind the last end of a line is nothing, or a write that never returned.
  return text.startsWith(head) ? text.slice(head.length).split('\n').slice(0, -1) : [];
}

/** Opens it empty: what it held is forgotten. @throws the error of the file. */
export function openCallLog(dataFile: string, instance: string): CallLog {
  const path = callLogOf(dataFile);
  const descriptor = openSync(path, 'a', 0o600);
  const head = headOf(instance);
  let length = 0;
  let isBroken = false;
  const cut = (to: number): void => {
    ftruncateSync(descriptor, to);
    length = to;
    isBroken = false;
  };
  cut(0);
  return {
    get isBroken() {
      return isBroken;
    },
    append(text) {
      const bytes = Buffer.from(length === 0 ? head + text : text, 'utf8');
      isBroken = true;
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      } catch (error) {
        cut(length);
        throw error;
      }
      length += bytes.length;
      isBroken = false;
    },
    empty: () => cut(0),
    close() {
      closeSync(descriptor);
      if (length === 0) rmSync(path);
    },
  };
}
