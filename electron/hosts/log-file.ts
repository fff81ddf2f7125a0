import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../core/kernel/make-folder.ts';
import type { Logger, LogLevel, LogValue } from '../core/ports.ts';

const largest = 5 * 1024 * 1024;

/** One line of JSON per event. Nothing is written before the first event. */
export function jsonLines(write: (line: string) => void, process: string): Logger {
  return {
    log(level: LogLevel, event: string, fields: Readonly<Record<string, LogValue>> = {}) {
      write(
        `${JSON.stringify({ at: new Date().toISOString(), level, process, event, ...fields })}\n`,
      );
    },
  };
}

/**
 * Appends to a private file of this device; the former file is kept once it has grown to 5 MiB. A
 * log that cannot be written never stops the work: it goes quiet.
 */
export function fileLogger(stateFolder: string, process: string): Logger {
  let file: number | null | undefined;
  return jsonLines((line) => {
    if (file === undefined) file = openLog(stateFolder);
    if (file === null) return;
    try {
      writeSync(file, line);
    } catch {
      closeSync(file);
      file = null;
    }
  }, process);
}

function openLog(stateFolder: string): number | null {
  const path = join(stateFolder, 'log', 'keyreeve.jsonl');
  try {
    makeFolder(join(stateFolder, 'log'));
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > largest) {
      renameSync(path, `${path}.1`);
    }
    return openSync(path, 'a', 0o600);
  } catch {
    return null;
  }
}

/** Both loggers get every event. */
export const tee = (...loggers: readonly Logger[]): Logger => ({
  log: (level, event, fields) => {
    for (const logger of loggers) logger.log(level, event, fields);
  },
});
