import { describe, expect, it } from 'vitest';
import { JobMemory, noticeOf } from './job-notices.ts';
import { began, done, job } from './jobs.fixture.ts';

const nobody: ReadonlySet<string> = new Set();
const needsYou = (number: number) =>
  job(number, { state: 'needs-you', message: 'AWS did not allow this.' });
const say = (memory: JobMemory, jobs: Parameters<JobMemory['news']>[0]): string | null =>
  noticeOf(memory.news(jobs), nobody)?.text ?? null;

describe('what is news', () => {
  it('an end of a job that was open, once', () => {
    const memory = new JobMemory(began, [job(5)]);
    expect(say(memory, [job(5)])).toBeNull();
    expect(say(memory, [done(5)])).toBe('ledger-prod rotated. 19 s.');
    expect(say(memory, [done(5)])).toBeNull();
  });

  it('not what had ended before anybody looked, also when it is read again after a break', () => {
    const memory = new JobMemory(began + 60_000, [done(5)]);
    expect(say(memory, [done(5), done(4)])).toBeNull();
  });

  it('what began and ended between two looks', () => {
    const memory = new JobMemory(began, [done(4, { endedAt: began - 1 })]);
    expect(say(memory, [done(6)])).toBe('ledger-prod rotated. 19 s.');
  });

  it('a stop for a person, and again when it stopped a second time', () => {
    const memory = new JobMemory(began, [job(5)]);
    expect(say(memory, [needsYou(5)])).toBe(
      'Rotate ledger-prod needs you: AWS did not allow this.',
    );
    expect(say(memory, [needsYou(5)])).toBeNull();
    expect(say(memory, [job(5, { state: 'waiting' })])).toBeNull();
    expect(say(memory, [needsYou(5)])).not.toBeNull();
  });

  it('not an old job that has needed somebody for long', () => {
    const memory = new JobMemory(began, [job(500)]);
    expect(say(memory, [needsYou(3)])).toBeNull();
  });
});

describe('a thousand jobs that stop at once', () => {
  const all = Array.from({ length: 1_000 }, (_, n) => needsYou(n + 1));

  it('are one line, told once, whatever the clocks say of them', () => {
    const memory = new JobMemory(
      began,
      all.map(({ number }) => job(number)),
    );
    const said = noticeOf(memory.news(all), nobody);
    expect(said?.text).toBe(
      'Rotate ledger-prod needs you: AWS did not allow this. Beside it 999 need you.',
    );
    expect(memory.news(all)).toEqual([]);
    // The clock of the core was set back: what ends now ended before the window began.
    const ended = all.map(({ number }) => done(number, { endedAt: began - 3_600_000 }));
    expect(noticeOf(memory.news(ended), nobody)?.text).toBe('1,000 jobs: 1,000 done.');
    expect(memory.news(ended)).toEqual([]);
  });

  it('never say that something took less than no time', () => {
    const memory = new JobMemory(began, [job(5)]);
    const text = say(memory, [done(5, { startedAt: began, endedAt: began - 60_000 })]);
    expect(text).toBe('ledger-prod rotated.');
  });
});

describe('what is said', () => {
  it('nothing while the dialog of the job is open, by id or by number', () => {
    expect(noticeOf([done(5)], new Set([done(5).id]))).toBeNull();
    expect(noticeOf([done(5)], new Set(['5']))).toBeNull();
    expect(noticeOf([done(5), needsYou(6)], new Set(['6']))?.jobId).toBe(done(5).id);
  });

  it('what needs somebody first, in the tone of attention', () => {
    expect(noticeOf([done(5)], nobody)).toMatchObject({ tone: 'good' });
    const many = noticeOf([done(7), needsYou(5), done(6)], nobody);
    expect(many).toEqual({
      text: 'Rotate ledger-prod needs you: AWS did not allow this. Beside it 2 done.',
      jobId: needsYou(5).id,
      tone: 'attention',
    });
    expect(noticeOf([done(7), done(6)], nobody)?.text).toBe('2 jobs: 2 done.');
  });

  it.each([
    [
      done(1, { kind: 'key.synchronize', title: 'Synchronize HSM protected key: a/2' }),
      'a/2 synchronized. 19 s.',
    ],
    [done(1, { kind: 'key.make-active', title: 'Make active: a/1' }), 'a/1 is active again. 19 s.'],
    [done(1, { state: 'done-with-remark' }), 'ledger-prod rotated, with a remark. 19 s.'],
    [
      done(1, { state: 'stopped-nothing-changed' }),
      'Rotate HSM protected keys: ledger-prod: stopped, nothing changed.',
    ],
    [done(1, { state: 'cancelled' }), 'Rotate HSM protected keys: ledger-prod: cancelled.'],
  ])('%#', (ended, text) => {
    expect(noticeOf([ended], nobody)?.text).toBe(text);
  });
});
