import { usualRotationLimit } from '../../../shared/model/mapping.ts';
import type { Realm } from '../store/store.ts';
import type { Settings } from './settings.ts';

/** What a person set for this keystore. */
export interface OwnSettings {
  /** Minutes without a person at work until it locks; null: only when told to. */
  readonly autoLockMinutes: number | null;
  /** May it be opened in the browser console? Always in practice. */
  readonly consoleAllowed: boolean;
  /** On-demand rotations that AWS grants one KMS key. */
  readonly rotationLimit: number;
}

const unlessSet = 10;

/** As AWS grants unless told otherwise; what AWS answers counts whatever stands here. */
export const readRotationLimit = (settings: Settings): number =>
  (settings.read('rotation-limit') as number | null) ?? usualRotationLimit;

/** What was never set is as in a new keystore: it locks after ten minutes. */
export function readOwnSettings(settings: Settings, realm: Realm): OwnSettings {
  const lock = settings.read('auto-lock') as { readonly minutes: number | null } | null;
  return {
    autoLockMinutes: lock === null ? unlessSet : lock.minutes,
    rotationLimit: readRotationLimit(settings),
    consoleAllowed: realm === 'practice' || settings.read('console-allowed') === true,
  };
}

/** Inside a change. An absent field stays. */
export function writeOwnSettings(
  settings: Settings,
  to: {
    readonly autoLockMinutes?: number | null | undefined;
    readonly consoleAllowed?: boolean | undefined;
    readonly rotationLimit?: number | undefined;
  },
): void {
  if (to.autoLockMinutes !== undefined)
    settings.write('auto-lock', { minutes: to.autoLockMinutes });
  if (to.rotationLimit !== undefined) settings.write('rotation-limit', to.rotationLimit);
  if (to.consoleAllowed !== undefined) settings.write('console-allowed', to.consoleAllowed);
}
