import { expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { TokenStatus } from '../hsm/driver.ts';
import { chooseToken, requireFitting, requireNewLabel } from './choose-token.ts';

const token = (serial: string, label: string, initialized = true): TokenStatus => ({
  serial,
  label,
  manufacturer: 'maker',
  model: 'model',
  firmware: '1.0',
  assurance: 'software-module',
  initialized,
  pin: 'ok',
  loggedIn: false,
  protectedAuthenticationPath: false,
});
const first = token('01', 'cards');
const second = token('02', 'cards');
const other = token('03', 'ledger');
const empty = token('', '', false);
const refusal = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error instanceof OperationError ? [error.code, error.details] : error;
  }
  return null;
};

it('takes the one token that fits by serial, by label, or because there is no other', () => {
  expect(chooseToken([first, second, other], { serial: '02' })).toBe(second);
  expect(chooseToken([first, other], { label: 'ledger' })).toBe(other);
  expect(chooseToken([empty, other], {})).toBe(other);
});

it('takes the token in use where several fit, else asks for the serial number', () => {
  expect(chooseToken([first, second], { label: 'cards', inUse: '02' })).toBe(second);
  expect(refusal(() => chooseToken([first, second], { label: 'cards', inUse: '03' }))).toEqual([
    'BAD_INPUT',
    {
      field: 'serial',
      problem: 'more than one token fits, so name its serial number: “cards” 01, “cards” 02',
    },
  ]);
});

it('never takes another than the one that was named', () => {
  const wanted = { serial: '09', inUse: '01' };
  expect(refusal(() => chooseToken([first], wanted))).toMatchObject(['HSM_WRONG_TOKEN', {}]);
});

it('gives no label twice', () => {
  expect(refusal(() => requireNewLabel([first], 'cards'))).toMatchObject(['BAD_INPUT', {}]);
  expect(refusal(() => requireNewLabel([first, token('', 'free', false)], 'free'))).toBeNull();
});

it('sets up no empty token without a master key, which alone makes it fit', () => {
  const wanted = { label: 'free', createMaster: false, secondCopy: null, initializeToken: true };
  expect(refusal(() => requireFitting(wanted, 'practice'))).toMatchObject([
    'BAD_INPUT',
    { field: 'createMaster' },
  ]);
  expect(refusal(() => requireFitting({ ...wanted, createMaster: true }, 'practice'))).toBeNull();
});
