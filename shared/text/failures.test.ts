import { expect, it } from 'vitest';
import { type FailureCode, failures } from '../errors/failures.ts';
import type { SafeDetails } from '../errors/operation-error.ts';
import { failureClause, failureName, renderFailure } from './failures.ts';

const codes = Object.keys(failures) as FailureCode[];
const words = (text: string): number => text.split(/\s+/).filter(Boolean).length;
const everyDetail: SafeDetails = {
  name: 'payments-prod',
  reference: 'payments-prod',
  kind: 'key group',
  field: 'region',
  problem: 'a Region code',
  path: '/srv/keys/treasury.keystore',
  place: '/mnt/backup',
  reason: 'an older copy was put back',
  pid: 4711,
  least: 12,
  seq: 17,
  label: 'BYOK-A',
  serial: '7016234',
  module: '/usr/lib/softhsm/libsofthsm2.so',
  why: 'it offers no OAEP',
  credential: 'payments-kms',
  bound: '111122223333',
  group: 'payments-prod',
  holder: '0b7a1c2d-1111-4222-8333-444455556691',
  job: 1043,
  permission: 'kms:UpdateAlias',
  endpoint: 'kms.eu-west-1.amazonaws.com',
  state: 'Disabled',
  offBy: '9 minutes',
  seconds: 540,
  materialId: 'c07e91d4',
  what: 'the policy',
  confirmName: 'cards-prod',
};
const external = { name: 'AccessDeniedException', at: 'UpdateAlias', requestId: '51d9' };
const forbidden =
  /\b(please|oops|sorry|unfortunately|successfully|invalid|illegal|abort(ed)?|something went wrong|you (have )?failed)\b|!|\{|\}|_[A-Z]|undefined|null|NaN/i;

for (const [shape, details] of Object.entries({ bare: {}, full: everyDetail })) {
  it.each(codes)(`says all three parts of %s in few plain words (${shape} details)`, (code) => {
    const text = renderFailure({ code, details });
    for (const part of [text.headline, text.forYourKeys, text.next]) {
      expect(part.trim()).toBe(part);
      expect(part).not.toMatch(forbidden);
      expect(part).not.toMatch(/\s\s|\.\.|\s\./);
      expect(part).toMatch(/^[A-Z"/].*\.$/s);
      expect(part).not.toContain(code);
    }
    expect(words(text.headline)).toBeLessThanOrEqual(12);
    expect(words(`${text.headline} ${text.forYourKeys} ${text.next}`)).toBeLessThanOrEqual(60);
    expect(text.detail).toBe('');
  });
}

it('shows what another system said, word for word, with its request id', () => {
  const text = renderFailure({ code: 'AWS_ACCESS_DENIED', details: {}, external });
  expect(text.detail).toBe('AccessDeniedException · UpdateAlias · request 51d9');
});

it('lets no control or direction character of a detail through', () => {
  const text = renderFailure({
    code: 'NOT_FOUND',
    details: { reference: 'a\u001b[31mb\u202ec\n' },
    external: { name: 'X\u0007', at: 'Y\r\n', message: 'z\u001b]0;t\u0007' },
  });
  expect(`${text.next}${text.detail}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Bidi_Control}]/u);
});

it('gives a reason in words and leaves codes and identifiers out', () => {
  const says = (reason: string): string =>
    renderFailure({ code: 'NOTHING_TO_DO', details: { reason } }).forYourKeys;
  expect(says('none of the three is chosen')).toBe(
    'Nothing was changed: none of the three is chosen.',
  );
  expect(says('The key is in use.')).toBe('Nothing was changed: the key is in use.');
  for (const code of ['KEYSTORE_TAMPERED', 'went-in-circles', 'a.b']) {
    expect(says(code)).toBe('Nothing was changed.');
  }
});

it('keeps a very long detail short', () => {
  const text = renderFailure({ code: 'NOT_FOUND', details: { reference: 'k'.repeat(512) } });
  expect(text.next.length).toBeLessThan(140);
});

it('asks for the number of what has one', () => {
  const { headline, next } = renderFailure({ code: 'NOT_FOUND', details: { what: 'job' } });
  expect([headline, next]).toEqual([
    'There is no job by that number here.',
    'Look for it in the list and use its number.',
  ]);
});

it('sends nobody to a list for a file', () => {
  const { headline, next } = renderFailure({
    code: 'NOT_FOUND',
    details: { file: '/x/log.audit' },
  });
  expect([headline, next]).toEqual([
    'There is no file by that name here.',
    'Check the path /x/log.audit.',
  ]);
});

it('tells only an open job to continue, and only of it that it repeats by itself', () => {
  const ofJobsOnly = ['JOB_NEEDS_REVIEW', 'IMPORT_TOKEN_EXPIRED', 'AWS_ANSWER_LOST'];
  const goesOn = /continue|repeats by itself/;
  for (const code of codes.filter((one) => !ofJobsOnly.includes(one))) {
    const { next } = renderFailure({ code, details: everyDetail });
    expect(next, code).not.toMatch(goesOn);
  }
  for (const code of ['AWS_ACCESS_DENIED', 'AWS_REFUSED', 'HSM_REFUSED'] as const) {
    const failure = { code, details: everyDetail };
    expect(renderFailure(failure).next).toMatch(/, then try again\.$/);
    expect(renderFailure(failure, { openJob: true }).next).toMatch(/, then continue\.$/);
  }
});

it('sends nobody to a group for a job that may be about a store', () => {
  const { forYourKeys, next } = renderFailure({
    code: 'JOB_NEEDS_REVIEW',
    details: { reason: 'went-in-circles', step: 'settle' },
  });
  expect(`${forYourKeys} ${next}`).not.toMatch(/group/);
});

it.each(codes)('%s can be told inside a sentence, without its code', (code) => {
  const clause = failureClause({ code, details: everyDetail });
  expect(clause).toMatch(/^\S.*[^.\s]$/s);
  expect(clause).not.toContain(code);
  expect(failureName({ code, details: everyDetail })).toBe(clause);
});

it('tells inside a sentence what another system called a failure', () => {
  const external = { name: 'CKR_DEVICE_REMOVED', at: 'C_Sign' };
  const failure = { code: 'HSM_UNAVAILABLE', details: {}, external } as const;
  expect(failureClause(failure)).toBe('the HSM does not answer (CKR_DEVICE_REMOVED)');
  expect(failureName(failure)).toBe('CKR_DEVICE_REMOVED');
});

const here = 'arn:aws:kms:eu-west-1:111122223333';
it.each([
  [{ version: 2 }, 'version 2 of “cards” (KMS key 7c1d…e20f)'],
  [{}, 'KMS key 7c1d…e20f of “cards”'],
])('a refusal by AWS calls a key what people here call it: %o', (more, on) => {
  const resource = `${here}:key/7c1d0000-0000-4000-8000-00000000e20f`;
  const details = { permission: 'kms:UpdateAlias', credential: 'ledger-kms', resource };
  const { next } = renderFailure({
    code: 'AWS_ACCESS_DENIED',
    details: { ...details, group: 'cards', ...more },
  });
  expect(next).toBe(`Allow kms:UpdateAlias for “ledger-kms” on ${on}, then try again.`);
});

it.each([
  [`${here}:key/7c1d0000-0000-4000-8000-00000000e20f`, ' on KMS key 7c1d…e20f'],
  [`${here}:alias/ledger/prod`, ' on alias/ledger/prod'],
  ['*', ''],
  [undefined, ''],
])('a refusal by AWS names what it named: %s', (resource, on) => {
  const details = { permission: 'kms:UpdateAlias', credential: 'ledger-kms' };
  const { next } = renderFailure({
    code: 'AWS_ACCESS_DENIED',
    details: resource === undefined ? details : { ...details, resource },
  });
  expect(next).toBe(`Allow kms:UpdateAlias for “ledger-kms”${on}, then try again.`);
});

it.each([
  ['final-try', 'The token says one try is left before it locks. Make sure'],
  ['count-low', 'The token says few tries are left before it locks. Make sure'],
  ['ok', 'Make sure that this is token “BYOK-A”, serial 7016234, then enter the PIN again.'],
])('a PIN that was refused tells what the token says of its tries: %s', (pin, begins) => {
  const details = { pin, label: 'BYOK-A', serial: '7016234' };
  expect(renderFailure({ code: 'HSM_PIN_REFUSED', details }).next.startsWith(begins)).toBe(true);
});

it('tells of a lost answer to CreateKey what may be there, and of others what is looked at', () => {
  const of = (operation: string) =>
    renderFailure({ code: 'AWS_ANSWER_LOST', details: { operation } }, { openJob: true });
  expect(of('CreateKey').forYourKeys).toContain('one KMS key with our mark');
  expect(of('CreateKey').next).toContain('it is taken over');
  expect(of('ImportKeyMaterial').forYourKeys).not.toContain('mark');
});

it('names material as the lists of the window do', () => {
  const expected = `c07e${'0'.repeat(56)}91d4`;
  const told = (details: SafeDetails) => renderFailure({ code: 'IMPORT_WRONG_MATERIAL', details });
  expect(told({ expected }).next).toContain('material c07e…91d4.');
  expect(told({}).next).toContain('the material of this key.');
  const found = `b1ff${'0'.repeat(56)}0042`;
  expect(told({ expected, found, kcv: '82B7A1' }).forYourKeys).toBe(
    'Nothing in AWS was overwritten. That KMS key works with material c07e…91d4 only; what was sent has KCV 82B7A1, and AWS calls it material b1ff…0042.',
  );
});

it('a full disk asks for what a person wanted to be tried again: only jobs go on by themselves', () => {
  const failure = { code: 'DISK_FULL', details: {} } as const;
  expect(renderFailure(failure).next).toBe(
    'Make room on the disk of the keystore, then try again. Jobs go on by themselves.',
  );
  expect(renderFailure(failure, { openJob: true }).next).toBe(
    'Make room on the disk of the keystore; jobs then go on.',
  );
});
