import { isAbsolute } from 'node:path';
import { expect, it, vi } from 'vitest';
import { defaultKeystore, findNoun, stateFolder } from './global-options.ts';
import { refuseSecrets } from './refuse-secrets.ts';
import {
  date,
  dateOrNever,
  daysOrNever,
  descriptor,
  planNumber,
  span,
  spanText,
  whole,
} from './values.ts';

/** Everything that an error of `work` says. */
function saidBy(work: () => void): string {
  try {
    work();
  } catch (error) {
    return `${String(error)} ${JSON.stringify(error)}`;
  }
  return '';
}

it.each([
  ['--passphrase', 'hunter2'],
  ['--passphrase=hunter2', ''],
  ['--pin', '1234'],
  ['--so-pin=hunter2', ''],
  ['--new-passphrase', 'hunter2'],
  ['--secret-access-key', 'hunter2'],
])('refuses %s and does not repeat what was given', (option, value) => {
  const refusal = saidBy(() => refuseSecrets(['keystore', 'unlock', option, value]));
  expect(refusal).toContain('BAD_INPUT');
  expect(refusal).not.toMatch(/hunter2|1234/);
});

it('lets the safe ways through', () => {
  const safe = ['--passphrase-fd', '3', '--pin-file', '/x', '--new-passphrase-fd=4', '--yes'];
  expect(saidBy(() => refuseSecrets(safe))).toBe('');
});

it.each([
  ['12 months', { amount: 12, unit: 'months' }],
  ['1 year', { amount: 1, unit: 'years' }],
  ['90d', { amount: 90, unit: 'days' }],
  ['2w', { amount: 2, unit: 'weeks' }],
] as const)('reads %s as a span', (text, expected) => {
  expect(span(text)).toEqual(expected);
  expect(span(spanText(expected))).toEqual(expected);
});

it.each(['', 'months', '12', '12 moons', '-1 day', '1.5 years', '99999 days'])(
  'refuses %j as a span',
  (text) => expect(() => span(text)).toThrow('say it like'),
);

it('reads dates as UTC and refuses days that are not in the calendar', () => {
  expect(dateOrNever('never')).toBe('never');
  expect(dateOrNever('2027-11-21')).toBe(Date.UTC(2027, 10, 21, 23, 59, 59));
  expect(dateOrNever('2027-11-21T10:00:00+02:00')).toBe(Date.UTC(2027, 10, 21, 8));
  for (const text of ['2027-02-30', '2027-13-01', 'tomorrow', '2027-11-21T10:00', '1763712000']) {
    expect(() => dateOrNever(text)).toThrow();
  }
});

it('takes no never where only a date will do', () => {
  expect(date('2027-11-21')).toBe(Date.UTC(2027, 10, 21, 23, 59, 59));
  for (const text of ['never', '2027-02-30']) expect(() => date(text)).toThrow('say a date like');
});

it('reads numbers strictly', () => {
  expect(whole('07')).toBe(7);
  expect(daysOrNever('never')).toBe('never');
  expect(daysOrNever('365')).toBe(365);
  expect(descriptor('0')).toBe(0);
  for (const text of ['1', '2', '-1', '1e3', '0x10', ' 3', '']) {
    expect(() => descriptor(text)).toThrow();
  }
  expect(planNumber('8f3a21')).toBe('8f3a21');
  for (const text of ['8f3a2', '8F3A21', 'xyz123']) expect(() => planNumber(text)).toThrow();
});

it.each([
  [['group', 'list'], 'group'],
  [['--keystore', '/x', '--json', 'job', 'list'], 'job'],
  [['--keystore=/x', 'job'], 'job'],
  [['--slot', 'group', 'key', 'list'], 'key'],
  [['--help'], undefined],
])('finds the noun in %j', (argv, noun) => {
  expect(findNoun(argv)?.noun).toBe(noun);
});

it('takes no empty HOME for the folder one happens to be in', () => {
  vi.stubEnv('HOME', '');
  for (const path of [defaultKeystore({}), stateFolder({})]) expect(isAbsolute(path)).toBe(true);
  vi.unstubAllEnvs();
});
