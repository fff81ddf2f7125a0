import type { Realm } from '../store/store.ts';
import type { Settings } from './settings.ts';

/** What a person set for this keystore. */
export interface OwnSettings {
  /** Minutes without a person at work until it locks; null: only when told to. */
  readonly autoLockMinutes: number | null;
  /** May it be opened in the browser console? Always in practice. */
  readonly consoleAllowed: boolean;
}

const unlessSet = 10;

/** What was never set is as in a new keystore: it locks after ten minutes. */
export function readOwnSettings(settings: Settings, realm: Realm): OwnSettings {
  const lock = settings.read('auto-lock') as { readonly minutes: number | null } | null;
  return {
    autoLockMinutes: lock === null ? unlessSet : lock.minutes,
    consoleAllowed: realm === 'practice' || settings.read('console-allowed') === true,
  };
}

/** Inside a change. An absent field stays. */
export function writeOwnSettings(
  settings: Settings,
  to: {
    readonly autoLockMinutes?: number | null | undefined;
    readonly consoleAllowed?: boolean | undefined;
  },
): void {
  if (to.autoLockMinutes !== undefined)
    settings.write('auto-lock', { minutes: to.autoLockMinutes });
  if (to.consoleAllowed !== undefined) settings.write('console-allowed', to.consoleAllowed);
}
