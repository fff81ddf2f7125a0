import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { TokenStatus } from '../../driver.ts';
import type { Cryptoki, Handle } from './cryptoki.ts';
import { CKF, CKU } from './numbers.ts';
import { has, type TokenInSlot, tokensPresent } from './token-list.ts';

export interface NewToken {
  readonly label: string;
  readonly soPin: Uint8Array;
  readonly pin: Uint8Array;
}

/**
 * Sets up an empty token of a software module for practice: C_InitToken, C_InitPIN. NSS's token has
 * its own label and an empty SO PIN from birth: it only gets its PIN. Never for hardware.
 * @throws OperationError HSM_REFUSED
 */
export function initializeToken(cryptoki: Cryptoki, wanted: NewToken): TokenStatus {
  const before = tokensPresent(cryptoki);
  const practice = before.filter((token) => token.status.assurance === 'software-module');
  if (practice.some((token) => token.status.manufacturer.startsWith('Mozilla'))) {
    return setFirstPin(cryptoki, practice, wanted);
  }
  const empty = practice.find((token) => !token.status.initialized);
  if (empty === undefined) throw nothingToSetUp();

  const label = Buffer.from(wanted.label, 'utf8');
  if (label.length === 0 || label.length > 32) {
    throw new OperationError('BAD_INPUT', { field: 'token label', why: 'its length' });
  }
  // The module reads 32 bytes from where this string begins, whatever its length.
  const padded = Buffer.concat([label, Buffer.alloc(32 - label.length, ' ')]).toString('utf8');
  const soPin = Buffer.from(wanted.soPin).toString('utf8');
  cryptoki.call('C_InitToken', (m) => m.C_InitToken(empty.slot, soPin, padded));
  const known = new Set(before.map((token) => token.status.serial));
  const made = tokensPresent(cryptoki).find(
    ({ status }) => status.label === wanted.label && !known.has(status.serial),
  );
  if (made === undefined) throw refused('The token just initialised is not there.');
  initPin(cryptoki, made.slot, soPin, wanted.pin);
  return statusOf(cryptoki, made);
}

function setFirstPin(
  cryptoki: Cryptoki,
  practice: readonly TokenInSlot[],
  wanted: NewToken,
): TokenStatus {
  const fresh = practice.find(
    (token) => token.status.pin === 'not-set' && !has(token.flags, CKF.WRITE_PROTECTED),
  );
  if (fresh === undefined) throw nothingToSetUp();
  initPin(cryptoki, fresh.slot, '', wanted.pin);
  return statusOf(cryptoki, fresh);
}

function initPin(cryptoki: Cryptoki, slot: Handle, soPin: string, pin: Uint8Array): void {
  const text = Buffer.from(pin).toString('utf8');
  const flags = CKF.SERIAL_SESSION | CKF.RW_SESSION;
  const session = cryptoki.call('C_OpenSession', (m) => m.C_OpenSession(slot, flags));
  try {
    cryptoki.call('C_Login', (m) => m.C_Login(session, CKU.SO, soPin));
    cryptoki.call('C_InitPIN', (m) => m.C_InitPIN(session, text));
    cryptoki.call('C_Logout', (m) => m.C_Logout(session));
  } finally {
    cryptoki.call('C_CloseSession', (m) => m.C_CloseSession(session));
  }
}

function statusOf(cryptoki: Cryptoki, token: TokenInSlot): TokenStatus {
  const serial = token.status.serial;
  const now = tokensPresent(cryptoki).find(
    ({ slot, status }) => slot.equals(token.slot) && status.serial === serial,
  );
  if (now === undefined) throw refused('The token just set up is not there.');
  return now.status;
}

const nothingToSetUp = (): OperationError =>
  refused('This module has no empty token of a software HSM to set up.');

const refused = (problem: string): OperationError => new OperationError('HSM_REFUSED', { problem });
