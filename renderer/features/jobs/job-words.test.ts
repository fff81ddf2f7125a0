import { describe, expect, it } from 'vitest';
import { localTimes, sayShort, sayTime } from '../../ui/moments.ts';
import { nothingFits, statesOf, toggled } from './job-filter.ts';
import { jobAsJson, jobReport } from './job-report.ts';
import {
  etaWords,
  headerLine,
  outsideAdvice,
  progressWords,
  shortTimeWords,
  stepWords,
  timeWords,
  who,
} from './job-words.ts';
import { began, done, job, stopped } from './jobs.fixture.ts';

describe('a job in words', () => {
  it('tells times in a sentence of the core as people here read them', () => {
    const at = new Date(began).toISOString();
    expect(localTimes(`starts on ${at}`, began)).toBe(`starts on ${sayTime(began, began)}`);
    expect(localTimes('backup verified')).toBe('backup verified');
  });

  it('says what a waiting job needs from somebody, and from where it goes on', () => {
    expect(outsideAdvice('attach-hsm', job(1), 'BYOK-A')).toBe(
      'Attach token “BYOK-A” and enter its PIN. The job then goes on by itself from step 5. Another token is not accepted.',
    );
    expect(outsideAdvice('enter-pin', job(1, { step: null }), null)).toBe(
      'Enter the PIN of the token of this keystore. The job then goes on by itself.',
    );
    expect(outsideAdvice('cancel', job(1), 'BYOK-A')).toBeNull();
  });

  it('says how far it came', () => {
    const waits = 'waits 38 s for AWS';
    expect(progressWords(job(1, { progress: waits }))).toBe(
      `step 5 of 9: Fetch wrapping key, ${waits}`,
    );
    expect(progressWords(done(1))).toBe('');
    expect(stepWords(job(1))).toBe('5 of 9, Fetch wrapping key');
    expect(stepWords(done(1))).toBe('all steps');
    expect(stepWords(done(1, { state: 'done-with-remark' }))).toBe('all but a follow-up');
    expect(stepWords(job(1, { state: 'cancelled' }))).toBe('ended at 5 of 9');
  });

  it('says how long it took, or when it is likely to be done', () => {
    expect(timeWords(done(1))).toBe('took 19 s');
    expect(timeWords(job(1, { eta: began }))).toBe(`likely done by ${sayTime(began)}`);
    expect(timeWords(job(1, { state: 'needs-you' }))).toBe('waits for you');
    expect(timeWords(job(1))).toBe('');
    expect(shortTimeWords(job(1, { eta: began }))).toBe(`likely by ${sayShort(began)}`);
    expect(shortTimeWords(done(1))).toBe('took 19 s');
  });

  it('says who asked for it, without the channel where there is little room', () => {
    expect(who(job(1))).toBe('custodian-2');
    expect(who(job(1, { actor: 'schedule' }))).toBe('schedule');
  });

  it('says that the first time told was too early, once it is off by a third', () => {
    const first = { eta: began + 30_000, since: began };
    expect(etaWords(began + 39_000, first)).not.toContain('too early');
    expect(etaWords(began + 41_000, first)).toContain('too early');
  });

  it('names the person who started what was due, and since when it was', () => {
    const due = { ...stopped(), job: { ...stopped().job, dueAt: began } };
    expect(headerLine(due)).toContain(`by custodian-2 (console), due since ${sayTime(began)} · `);
  });

  it('heads a stopped job with since when it waits', () => {
    expect(headerLine(stopped())).toMatch(
      /^Started .+ by custodian-2 \(console\) · 8 of 9 steps done · waiting since /,
    );
  });
});

describe('what leaves the window', () => {
  it('a report names steps, calls, requests and AWS\u2019s own words, with times in UTC', () => {
    const text = jobReport(stopped());
    for (const part of [
      'job 1043',
      'WHERE THINGS STAND',
      '-- applications see no change above this line --',
      'UpdateAlias: AccessDeniedException',
      'request 51d9aaaa-1111-4222-8333-444455556666',
      '“User is not authorized to perform: kms:UpdateAlias”',
      new Date(began).toISOString(),
    ]) {
      expect(text).toContain(part);
    }
  });

  it('JSON holds the same, with times as ISO 8601', () => {
    const told = JSON.parse(jobAsJson(stopped()));
    expect(told.job).toMatchObject({ number: 1043, createdAt: new Date(began).toISOString() });
    expect(told.steps[8].calls[0].took).toBe(31);
    expect(told.standing.aws.readAt).toMatch(/Z$/);
  });
});

describe('the filter by state', () => {
  it('is nothing chosen, or several; all of them are none', () => {
    const one = toggled(new Set(), 'under-way');
    expect(statesOf(one)).toEqual(['waiting', 'running', 'checking']);
    expect(toggled(one, 'under-way').size).toBe(0);
    const all = ['needs-you', 'under-way', 'done', 'remark', 'ended'];
    expect(all.reduce<ReadonlySet<string>>(toggled, new Set()).size).toBe(0);
  });

  it('says what is missing', () => {
    expect(nothingFits(new Set(['done']), 'ledger-prod')).toBe(
      'No job of ledger-prod that is Done.',
    );
    expect(nothingFits(new Set(), 'ledger-prod')).toBe('No job of ledger-prod.');
  });
});
