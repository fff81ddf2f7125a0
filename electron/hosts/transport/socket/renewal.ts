import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Logger } from '../../../core/ports.ts';
import type { SocketPlace } from './place.ts';

/** A listener is back sooner than this (ms); an older note was left by one that failed. */
const longestRenewal = 10_000;

/**
 * A listener that replaces itself leaves a note, so that callers of that moment wait for it instead
 * of finding nobody. The note of a process that died meanwhile counts for nothing.
 */
export function isRenewing(place: SocketPlace): boolean {
  try {
    if (Date.now() - lstatSync(place.renewing).mtimeMs > longestRenewal) return false;
    const pid = Number(readFileSync(place.renewing, 'latin1'));
    return Number.isSafeInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Says that this process will listen here again in a moment. Where that cannot be written, callers of
 * that moment find nobody: no reason to stop what it does.
 */
export function noteRenewal(place: SocketPlace, log: Logger): void {
  orTell(log, () => {
    rmSync(place.renewing, { force: true });
    writeFileSync(place.renewing, String(process.pid), { mode: 0o600, flag: 'wx' });
  });
}

/** Once it listens again, or will not. */
export function endRenewal(place: SocketPlace, log: Logger): void {
  orTell(log, () => rmSync(place.renewing, { force: true }));
}

function orTell(log: Logger, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    log.log('warn', 'socket.renewal-not-noted', { code });
  }
}
