import { expect, it } from 'vitest';
import { progressText, waitText } from './jobs.ts';

const at = Date.UTC(2026, 10, 22, 9);

it('says that a cancel was heard, beside what the job does', () => {
  const job = { cancelRequested: false, doing: null, waits: null };
  expect(progressText(job, at)).toBeNull();
  const heard = 'is cancelled after this step, unless its deed is done by then';
  expect(progressText({ ...job, cancelRequested: true }, at)).toBe(heard);
  const doing = 'timeout after 30 s: tries again, 2 of 8';
  expect(progressText({ ...job, doing }, at)).toBe(doing);
  expect(progressText({ ...job, cancelRequested: true, doing }, at)).toBe(`${heard} · ${doing}`);
});

it('says that nothing can be saved just now, and that it goes on by itself', () => {
  const full = { for: 'held', code: 'DISK_FULL' } as const;
  expect(waitText(full, at)).toMatch(/room on the disk of the keystore, and goes on by itself/);
  expect(waitText({ ...full, code: 'INTERNAL' }, at)).toMatch(/takes changes again.*\(INTERNAL\)$/);
});

it('says why a job whose date is over did not start', () => {
  const waits = { for: 'start', until: at, inDoubt: false } as const;
  expect(waitText(waits, at)).toBe('starts on 2026-11-22T09:00:00.000Z');
  expect(waitText({ ...waits, inDoubt: true }, at)).toMatch(
    /^was to start on 2026-11-22T09:00:00\.000Z; .* clock of this computer/,
  );
});
