import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { TemporaryStore } from '../store/store.fixture.ts';
import { event, fails, TestLog } from './audit.fixture.ts';
import { type AuditLog, recordsPerCheckpoint } from './audit-log.ts';
import { verifyStoredLog } from './chain.ts';
import { type AuditSigner, softwareSigner } from './signer.ts';

let at: TestLog;
let temporary: TemporaryStore;
let audit: AuditLog;
beforeEach(() => {
  at = new TestLog();
  ({ temporary, audit } = at);
});
afterEach(() => at.dispose());

describe('records', () => {
  it('stand and fall with the change they record', () => {
    temporary.store.change(() => audit.append(event(1)));
    expect(() =>
      temporary.store.change(() => {
        audit.append(event(2));
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(audit.state().size).toBe(1);
    const { seq } = audit.append(event(3));
    expect(seq).toBe(2);
    expect(audit.page({ limit: 10 }).map((record) => record.objects[0])).toEqual(['g-3', 'g-1']);
  });

  it('cannot be written while the store refuses changes, so nothing happens unrecorded', async () => {
    await temporary.reopen();
    audit = at.open();
    expect(() => audit.append(event(1))).toThrow(OperationError);
  });

  it('carry odd details without failing, and long ones as a hash', () => {
    audit.append(
      event(1, {
        details: {
          half: 0.5,
          text: '\ud800',
          gone: undefined,
          when: new Map(),
          deep: { list: [1n, null] },
        },
      }),
    );
    expect(audit.page({ limit: 1 })[0]?.details).toEqual({
      half: '0.5',
      text: '\ufffd',
      when: '[Map]',
      deep: { list: ['[bigint]', null] },
    });
    audit.append(event(2, { details: { long: 'x'.repeat(20_000) } }));
    expect(audit.page({ limit: 1 })[0]?.details).toMatchObject({
      omitted: 'too long',
      characters: 20_011,
    });
  });

  it('of the steps of jobs are read by action like all others', () => {
    for (const n of [1, 2, 3])
      for (const action of ['job.intent', 'folder.add'] as const)
        audit.append(event(n, { action }));
    for (const action of ['job.intent', 'folder.add'] as const) {
      const page = audit.page({ limit: 2, action });
      expect(page.map((record) => record.action)).toEqual([action, action]);
    }
    expect(audit.page({ limit: 9, action: 'job.outcome' })).toEqual([]);
  });

  it('are read in pages, newest first, by action too', () => {
    at.fill(10);
    audit.append(event(11, { action: 'folder.add' }));
    const first = audit.page({ limit: 4, action: 'group.add' });
    expect(first.map((record) => record.seq)).toEqual([10, 9, 8, 7]);
    const next = audit.page({ limit: 4, before: 7, action: 'group.add' });
    expect(next.map((record) => record.seq)).toEqual([6, 5, 4, 3]);
  });

  it('chain to the head that the state root covers', async () => {
    at.fill(600);
    expect(await verifyStoredLog(temporary.store, temporary.clock)).toBe(600);
    const store = await temporary.reopen();
    expect(await store.verify()).toBe('verified');
    expect(store.meta.auditSize).toBe(600);
  });
});

describe('checkpoints', () => {
  it('come by themselves every 256 records', async () => {
    at.fill(recordsPerCheckpoint - 1);
    await settle();
    expect(audit.state().signedSize).toBe(0);
    at.fill(1);
    await settle();
    expect(audit.state().signedSize).toBe(recordsPerCheckpoint);
  });

  it('are not made twice for nothing, and are known after reopening', async () => {
    at.fill(3);
    expect((await audit.checkpoint('lock')).signedSize).toBe(3);
    await audit.checkpoint('lock');
    const count = (): unknown =>
      temporary.store.db.prepare('select count(*) from audit_checkpoint').pluck().get();
    expect(count()).toBe(1);
    await Promise.all([
      audit.checkpoint('lock'),
      audit.checkpoint('export'),
      audit.checkpoint('lock'),
    ]);
    expect(count()).toBe(2);
    await temporary.reopen();
    expect(at.open().state().signedSize).toBe(3);
  });

  it('are tried again after a signer failed', async () => {
    const good = audit.signer as AuditSigner;
    audit.useSigner({ ...good, sign: () => Promise.reject(new OperationError('HSM_UNAVAILABLE')) });
    at.fill(recordsPerCheckpoint);
    await settle();
    expect(at.logged).toEqual(['audit.checkpoint-failed HSM_UNAVAILABLE']);
    audit.useSigner(good);
    at.fill(1);
    await settle();
    expect(audit.state().signedSize).toBe(recordsPerCheckpoint + 1);
  });

  it('never sign a log whose records were altered in the file', async () => {
    at.fill(5);
    await audit.checkpoint('lock');
    at.fill(5, 6);
    temporary.store.change(() => {
      temporary.store.db.exec('drop trigger audit_record_fixed');
      temporary.store.db.exec(
        `update audit_record set body = replace(body, 'kim', 'eve') where seq = 7`,
      );
    });
    expect(await fails(audit.checkpoint('lock'))).toEqual({
      code: 'AUDIT_BROKEN',
      seq: 7,
      part: 'hash',
    });
    expect(await fails(verifyStoredLog(temporary.store, temporary.clock))).toMatchObject({
      seq: 7,
    });
  });

  it('are named by the key that signed last, also where none is at hand yet', async () => {
    expect(at.open().signedBy()).toBe(null);
    const { fingerprint } = softwareSigner(temporary.store);
    expect(audit.signedBy()).toEqual({ kind: 'software', fingerprint });
    at.fill(1);
    await audit.checkpoint('lock');
    audit.useSigner(null);
    expect(audit.signedBy()).toEqual({ kind: 'software', fingerprint });
  });
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await temporary.clock.yield();
}
