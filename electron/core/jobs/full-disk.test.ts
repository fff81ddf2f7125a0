import { afterEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { done, failing, JobsBench, kindOf, step } from './jobs.fixture.ts';

const opened: JobsBench[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.dispose();
});

describe('a disk that takes no outcome', () => {
  it('keeps the job open and looks at the step when the disk is back', async () => {
    const made: string[] = [];
    const kind = kindOf([
      step(
        'create',
        () => {
          made.push('k');
          at.life.refuses = new OperationError('DISK_FULL');
          return done('k');
        },
        { changes: 'aws', repeatable: false, reconcile: () => done('k') },
      ),
    ]);
    const at = new JobsBench({ kinds: () => [kind] });
    opened.push(at);
    await at.start();
    const { id } = at.add(kind, { group: 'g', deed: 'd' });
    await at.clock.settle(10);
    const told = () => at.jobs.read.show(id).progress?.text ?? null;
    expect(at.jobs.read.show(id).state).toBe('running');
    expect(told()).toMatch(/room on the disk/);
    await at.clock.advance(10_000);
    expect(told()).toMatch(/room on the disk/);
    at.life.refuses = null;
    await at.clock.advance(60_000);
    await at.settle();
    expect(at.jobs.read.show(id).state).toBe('done');
    expect(made).toEqual(['k']);
    expect(told()).toBeNull();
  });

  it('is told at every job that cannot be taken meanwhile, and no longer', async () => {
    const tries: number[] = [];
    const kind = kindOf([
      step('look', ({ jobNumber }) => {
        tries.push(jobNumber);
        if (tries.length === 1) throw failing('retry');
        return done();
      }),
    ]);
    const at = new JobsBench({ kinds: () => [kind] });
    opened.push(at);
    await at.start();
    const rests = at.add(kind, { group: 'g', deed: 'd' });
    await at.settle();
    const waiting = at.add(kind, { group: 'h', deed: 'd' });
    at.life.refuses = new OperationError('DISK_FULL');
    const changed: string[] = [];
    at.jobs.changes.subscribe(({ jobId }) => changed.push(jobId));
    await at.clock.advance(120_000);
    const waits = () => [rests, waiting].map(({ id }) => at.jobs.read.show(id).waits);
    expect(waits()).toEqual(Array(2).fill({ for: 'held', code: 'DISK_FULL' }));
    expect(new Set(changed)).toEqual(new Set([rests.id, waiting.id]));
    at.life.refuses = null;
    await at.drain();
    expect(waits()).toEqual([null, null]);
    expect(at.jobs.read.show(waiting.id).state).toBe('done');
    const late = at.add(kind, { group: 'i', deed: 'd' });
    expect(at.jobs.read.show(late.id).waits).toEqual({ for: 'turn' });
  });
});
