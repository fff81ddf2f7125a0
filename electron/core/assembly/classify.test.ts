import { expect, it } from 'vitest';
import { type FailureCode, failures } from '../../../shared/errors/failures.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { classify } from './classify.ts';

const of = (code: FailureCode, details = {}) => classify(new OperationError(code, details));

it('takes the word of the cloud adapter for what may be done again', () => {
  expect(of('AWS_THROTTLED', { retry: 'throttled' })).toBe('retry');
  expect(of('AWS_FAILED', { retry: 'transient' })).toBe('retry');
  expect(of('AWS_FAILED', { retry: 'unsent' })).toBe('retry');
  expect(of('AWS_ACCESS_DENIED', { retry: 'permission' })).toBe('stop');
  expect(of('AWS_KEY_STATE', { retry: 'state' })).toBe('stop');
  expect(of('AWS_FAILED', { retry: 'ambiguous' })).toBe('ambiguous');
});

it('looks before it acts again where an answer was lost or nothing is known', () => {
  expect(of('AWS_ANSWER_LOST', { retry: 'ambiguous' })).toBe('ambiguous');
  expect(of('READ_BACK_DIFFERS')).toBe('ambiguous');
  expect(of('INTERNAL')).toBe('ambiguous');
  expect(classify(new TypeError('a fault of ours'))).toBe('ambiguous');
  expect(of('AWS_FAILED', { retry: 'a class nobody knows' })).toBe('ambiguous');
});

it('waits for the HSM, whatever is wrong with it', () => {
  for (const code of Object.keys(failures) as FailureCode[]) {
    const waits =
      /^HSM_(NOT_ATTACHED|UNAVAILABLE|TIMEOUT|WRONG_TOKEN|PIN_\w+|MASTER_MISSING)$/.test(code);
    if (waits) expect(of(code)).toBe('wait-for-hsm');
  }
  expect(of('HSM_KEY_DIFFERS')).toBe('stop');
});

it('asks a person about what somebody else has done, and about a certificate', () => {
  expect(of('ALIAS_HELD_ELSEWHERE')).toBe('park');
  expect(of('ROTATION_OVERTAKEN')).toBe('park');
  expect(of('AWS_UNREACHABLE', { retry: 'permanent', tls: 'unknown-issuer' })).toBe('park');
  expect(of('AWS_UNREACHABLE', { retry: 'unsent' })).toBe('retry');
});
