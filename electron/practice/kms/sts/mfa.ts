import type { MfaEntry } from '../principals/document.ts';
import { fromBase32, isCodeOf } from '../principals/totp.ts';
import { KmsFailure } from '../wire/failures.ts';

const denied = (text: string): KmsFailure => new KmsFailure('AccessDeniedException', text);

export interface MfaClaim {
  readonly serialNumber: string | null;
  readonly code: string | null;
}

/** Codes that were taken once; AWS takes none twice. */
export type SpentCodes = Set<string>;

const mostSpent = 10_000;

function isRight(device: MfaEntry, code: string, now: number): boolean {
  if (device.code !== undefined) return device.code === code;
  const seed = fromBase32(device.seed ?? '');
  return seed !== undefined && isCodeOf(seed, code, now);
}

/**
 * True when the caller proved a device of its own, false when it claimed none. `now` is real time:
 * authenticator apps know no other. @throws AccessDenied for half a claim, a device that is not the
 * caller's, and a code that is wrong or was used before.
 */
export function checkMfa(
  claim: MfaClaim,
  devices: readonly MfaEntry[],
  spent: SpentCodes,
  now: number,
): boolean {
  const { serialNumber, code } = claim;
  if (serialNumber === null && code === null) return false;
  if (serialNumber === null || code === null) {
    throw denied(
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    );
  }
  const device = devices.find((each) => each.serialNumber === serialNumber);
  if (device === undefined) {
    throw denied(
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
    );
  }
  const name = `${serialNumber} ${code}`;
  const reused = device.code === undefined && spent.has(name);
  if (reused || !isRight(device, code, now)) {
    throw denied('MultiFactorAuthentication failed with invalid MFA one time pass code.');
  }
  if (spent.size >= mostSpent) spent.clear();
  spent.add(name);
  return true;
}
