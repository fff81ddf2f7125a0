import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { PinState, TokenStatus } from '../../driver.ts';
import { formatTokenUri } from '../../token-uri.ts';
import { assuranceOf } from './assurance.ts';
import type { Cryptoki, Handle, TokenInfo } from './cryptoki.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { CKF } from './numbers.ts';

export interface TokenInSlot {
  readonly slot: Handle;
  readonly flags: number;
  readonly status: TokenStatus;
}

/** What a token says of itself. `loggedIn` is known only to who holds a session. */
export function tokenStatus(info: TokenInfo, loggedIn = false): TokenStatus {
  const manufacturer = padded(info.manufacturerID);
  const model = padded(info.model);
  return {
    label: padded(info.label),
    serial: padded(info.serialNumber),
    manufacturer,
    model,
    firmware: `${info.firmwareVersion.major}.${info.firmwareVersion.minor}`,
    initialized: has(info.flags, CKF.TOKEN_INITIALIZED),
    pin: pinState(info.flags),
    loggedIn,
    protectedAuthenticationPath: has(info.flags, CKF.PROTECTED_AUTHENTICATION_PATH),
    assurance: assuranceOf(manufacturer, model),
  };
}

/** The tokens that are present now, uninitialised ones included. */
export function tokensPresent(cryptoki: Cryptoki): TokenInSlot[] {
  const present: TokenInSlot[] = [];
  for (const slot of cryptoki.slots()) {
    const info = readInfo(cryptoki, slot);
    if (info !== null) present.push({ slot, flags: info.flags, status: tokenStatus(info) });
  }
  return present;
}

/**
 * The one token with this serial number and label. Slot numbers and their order mean nothing.
 * @throws OperationError HSM_UNAVAILABLE when no token is there at all, HSM_WRONG_TOKEN when
 * others are, or when several answer to the same name
 */
export function tokenBound(
  cryptoki: Cryptoki,
  wanted: { serial: string; label: string },
): TokenInSlot {
  const present = tokensPresent(cryptoki).filter((token) => token.status.initialized);
  const matching = present.filter(
    ({ status }) => status.serial === wanted.serial && status.label === wanted.label,
  );
  const [only, ...more] = matching;
  if (only !== undefined && more.length === 0) return only;

  const details = {
    label: wanted.label,
    serial: wanted.serial,
    found: present.map(({ status }) =>
      formatTokenUri({ token: status.label, serial: status.serial }),
    ),
  };
  if (present.length === 0) {
    const external = { name: 'CKR_TOKEN_NOT_PRESENT', at: 'C_GetSlotList' };
    throw new OperationError('HSM_UNAVAILABLE', details, { external });
  }
  throw new OperationError('HSM_WRONG_TOKEN', details);
}

export const has = (flags: number, flag: number): boolean => (flags & flag) !== 0;

function pinState(flags: number): PinState {
  if (has(flags, CKF.USER_PIN_LOCKED)) return 'locked';
  if (has(flags, CKF.USER_PIN_FINAL_TRY)) return 'final-try';
  if (has(flags, CKF.USER_PIN_COUNT_LOW)) return 'count-low';
  return has(flags, CKF.USER_PIN_INITIALIZED) ? 'ok' : 'not-set';
}

/** A slot whose token is just being pulled out is no reason to see none of the others. */
function readInfo(cryptoki: Cryptoki, slot: Handle): TokenInfo | null {
  try {
    return cryptoki.tokenInfo(slot);
  } catch (error) {
    const gone = ['CKR_TOKEN_NOT_PRESENT', 'CKR_TOKEN_NOT_RECOGNIZED', 'CKR_SLOT_ID_INVALID'];
    if (error instanceof CryptokiError && error.is(...gone)) return null;
    throw error;
  }
}

/** Fixed-width fields are padded with blanks; some modules pad with NUL. */
const padded = (text: string): string => text.replaceAll('\0', ' ').trimEnd();
