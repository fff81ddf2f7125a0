import { expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { AuditedCall } from '../core.ts';
import { person } from './core.fixture.ts';
import { CallContext } from './call-context.ts';

const call: AuditedCall = {
  action: 'group.remove',
  effect: 'destructive',
  caller: person('cli'),
  requestHash: '00',
  input: {},
  approval: 'destructive',
  givenUp: null,
};

function opened(approved: boolean) {
  const records: string[] = [];
  const context = new CallContext({ log: () => undefined });
  context.serve((entry) => records.push(entry.outcome), {
    needs: ({ approval }) => approval !== null,
    take: () => (approved ? { number: 1, by: 'Maria' } : null),
    ask: () => new OperationError('APPROVAL_NEEDED', { request: 1 }),
  });
  return { context, records };
}

it('does not let a deed pass that came by no check', async () => {
  const { context } = opened(true);
  await expect(context.within(call, () => Promise.resolve('done'))).rejects.toThrow(
    'group.remove went past the second person',
  );
  await expect(
    context.within({ ...call, approval: null }, () => Promise.resolve('done')),
  ).resolves.toBe('done');
});

it('writes no record of a deed that waits, and takes one approval for all records of a call', async () => {
  const waiting = opened(false);
  const deed = ({ context }: ReturnType<typeof opened>) =>
    context.within(call, async () => {
      context.record('STARTED', ['a'], {});
      context.record('STARTED', ['b'], {});
    });
  await expect(deed(waiting)).rejects.toMatchObject({
    code: 'APPROVAL_NEEDED',
    details: { request: 1 },
  });
  expect(waiting.records).toEqual([]);
  const allowed = opened(true);
  await deed(allowed);
  expect(allowed.records).toEqual(['STARTED', 'STARTED']);
});

it('asks nobody about a job that was there before', async () => {
  const { context, records } = opened(false);
  await context.within(call, async () => context.record('JOINED', ['a'], {}));
  expect(records).toEqual(['JOINED']);
});
