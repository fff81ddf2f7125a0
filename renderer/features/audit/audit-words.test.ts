import { describe, expect, it } from 'vitest';
import {
  actionWords,
  auditActions,
  type AuditRecord,
  fingerprintOf,
  outcomeText,
  signedWords,
  type Verdict,
  verdictText,
} from './audit-words.ts';
import { goodOutcomes } from '../../../shared/model/audit-records.ts';
import { subjectWords } from '../../../shared/text/audit-subject.ts';

const record = (more: Partial<AuditRecord> = {}): AuditRecord => ({
  seq: 7,
  at: 0,
  actor: 'custodian-2',
  channel: 'console',
  action: 'group.add',
  objects: ['0190c1a2-0000-7000-8000-000000000001'],
  outcome: 'OK',
  details: {},
  hash: 'aa',
  ...more,
});
const verdict = (more: Partial<Verdict> = {}): Verdict => ({
  ok: true,
  status: 0,
  records: 12,
  signedSize: 12,
  unsignedTail: 0,
  firstBad: null,
  line: null,
  problem: null,
  store: null,
  signer: 'hsm',
  signedHead: null,
  signedAt: null,
  remarks: [],
  segments: [],
  segmentsNotGiven: [],
  ...more,
});

describe('a record in words', () => {
  it('every action that can be chosen has words of its own', () => {
    expect(auditActions).toContain('group.forceRotate');
    expect(auditActions).not.toContain('audit.list');
    for (const action of auditActions) expect(actionWords(action)).not.toBe(action);
    expect(auditActions).toContain('group.transportKeyOver');
    expect(actionWords('group.transportKeyOver')).toMatch(/transport key/);
  });

  it.each(goodOutcomes)('%s is no alarm, and a word that people use', (outcome) => {
    const { glyph, word, tone } = outcomeText(record({ outcome }));
    expect([glyph, tone]).not.toEqual(['!', 'attention']);
    expect(word).not.toBe(outcome);
  });

  it('says what a refusal was, by its code', () => {
    expect(outcomeText(record({ outcome: 'KEYSTORE_LOCKED' }))).toMatchObject({ glyph: '!' });
    expect(outcomeText(record({ outcome: 'KEYSTORE_LOCKED' })).word).not.toContain('_');
    expect(outcomeText(record({ outcome: 'SOMETHING_NEWER' })).word).toBe('SOMETHING_NEWER');
    expect(outcomeText(record({ details: { to: 'needs-you' } })).word).toBe('Needs you');
  });

  it('names what it is about as well as it can', () => {
    expect(subjectWords(record({ details: { name: 'ledger-prod' } }))).toBe('ledger-prod');
    expect(subjectWords(record({ details: { kind: 'hsm', label: 'second key' } }))).toBe(
      'second key',
    );
    const title = 'Rotate HSM protected keys: ledger-prod';
    expect(subjectWords(record({ details: { title, plan: '8f3a21' } }))).toBe(title);
    expect(subjectWords(record({ details: { job: 1043, step: 'alias' } }))).toBe('job 1043, alias');
    expect(subjectWords(record({ objects: ['0190c1a2-0000', 'b'] }))).toBe('0190…0000 and 1 more');
    expect(subjectWords(record({ objects: [] }))).toBe('');
  });

  it('tells how far the log is signed', () => {
    const signer = { kind: 'hsm' as const, fingerprint: 'aa' };
    expect(signedWords({ size: 9, signedSize: 9, signer })).toBe(
      'signed up to record 9 by the key in the HSM',
    );
    expect(signedWords({ size: 10, signedSize: 9, signer: null })).toBe(
      'signed up to record 9; 1 newer is signed with the next',
    );
    expect(signedWords({ size: 3, signedSize: 0, signer: null })).toBe('not signed yet');
  });
});

describe('a check of an export in words', () => {
  it('proved', () => {
    expect(verdictText(verdict())).toMatchObject({
      good: true,
      headline: 'Proved: all 12 records are as they were written.',
    });
  });

  it('a tail that nobody signed is not called proved', () => {
    const text = verdictText(verdict({ signedSize: 9, unsignedTail: 3 }));
    expect(text.good).toBe(false);
    expect(text.headline).toBe('Proved up to record 9; the last 3 nobody signed.');
    expect(text.lines.join(' ')).toContain('Records 10 to 12');
  });

  it('the first record that does not fit', () => {
    const text = verdictText(
      verdict({
        ok: false,
        status: 1,
        firstBad: 5,
        line: 6,
        problem: 'its hash differs',
        signedSize: 4,
      }),
    );
    expect(text.headline).toBe('Record 5 is the first that does not fit.');
    expect(text.lines).toContain('What was found: its hash differs.');
    expect(text.lines).toContain('Records up to 4 are covered by a good signature.');
  });

  it('a whole log beside segments that do not fit it is still called proved', () => {
    const text = verdictText(verdict({ ok: false, status: 1 }));
    expect(text).toMatchObject({
      good: true,
      headline: 'Proved: all 12 records are as they were written.',
    });
  });

  it('nothing signed by that key', () => {
    expect(verdictText(verdict({ ok: false, status: 2, signedSize: 0 })).headline).toBe(
      'Nothing in this file was signed by that key.',
    );
  });
});

describe('a fingerprint as people write it down', () => {
  const digits = 'ab'.repeat(32);
  it.each([digits, digits.toUpperCase(), digits.replaceAll(/(..)/g, '$1:'), ` ${digits} `])(
    '%s',
    (text) => expect(fingerprintOf(text)).toBe(digits),
  );
  it.each(['', 'ab', `${digits}a`, digits.replace('a', 'g')])('not %s', (text) =>
    expect(fingerprintOf(text)).toBeNull(),
  );
});
