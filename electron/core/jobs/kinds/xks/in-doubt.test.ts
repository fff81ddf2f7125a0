import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { JobKind, StepContext } from '../../kind.ts';
import type { DeedServices } from '../services.ts';
import { createXksKey, type KeyCreatePayload } from './key-create.ts';
import { releaseXksKey } from './key-release.ts';
import { turnXksKey } from './key-state.ts';
import { connectStore, disconnectStore } from './store-connection.ts';
import { createStore } from './store-create.ts';
import type { StorePayload } from './store-steps.ts';
import { deleteStore } from './store-update.ts';

const storeId = '018f3c1e-7b1a-7c3d-9e2f-0123456789ab';
const remote = { kmsStoreId: 'cks-1', account: '1', state: 'DISCONNECTED', error: null, readAt: 5 };
const waiting = { id: 'k', name: 'payments', remote: null, onlyInHsm: false };

const kmsKey = { kmsKeyId: '1111aaaa-2222', arn: 'arn:k', state: 'PendingDeletion', readAt: 5 };

interface World {
  readonly noted?: boolean;
  readonly state?: string | null;
  readonly key?: boolean;
  /** It had a KMS key, and AWS has deleted it. */
  readonly gone?: boolean;
}

/** AWS and the keystore as far as these jobs ask; `state` null: AWS no longer has the store. */
function world(of: World = {}): DeedServices {
  const { noted = true, state = 'DISCONNECTED', key = false, gone = false } = of;
  let ours: object = gone ? { ...waiting, remote: kmsKey } : waiting;
  const store = { id: storeId, name: 'ledger', credentialId: 'c', accounts: null, remote };
  let now = noted ? store : { ...store, remote: null };
  const stores = {
    get: () => now,
    byId: () => now,
    noteRemote: (_id: string, read: typeof remote) => void (now = { ...now, remote: read }),
  };
  const keys = {
    list: () => (key ? [waiting] : []),
    byId: () => (key ? ours : null),
    noteRemote: (_id: string, remote: object) => void (ours = { ...ours, remote }),
    versions: () => [{ backedUpAt: 3 }],
  };
  const connection = {
    describeKeyStore: async () => {
      if (state === null) throw new OperationError('XKS_STORE_GONE', { name: 'ledger' });
      return { ...remote, name: 'ledger', state, requestId: 'r' };
    },
    describeKey: async () => {
      throw new OperationError('AWS_KEY_GONE', { keyId: kmsKey.kmsKeyId });
    },
  };
  const open = async () => connection;
  return {
    clock: { now: () => 9 },
    accounts: { get: () => '1' },
    xks: { connect: open, glance: open, model: { stores, keys } },
  } as unknown as DeedServices;
}

const begun = (step: string) => ({ [step]: 'begun' });
const payload: StorePayload = { storeId };
const keyPayload: KeyCreatePayload = {
  storeId,
  name: 'payments',
  description: '',
  alias: null,
  policy: null,
};

const told = async <P>(kind: JobKind<P>, about: P, stepStates: Record<string, string>) => {
  const job = { jobId: 'j', payload: about, outputs: {}, stepStates };
  const standing = await kind.standing(job);
  return { ...standing, now: kind.leftovers(job).now };
};

const lookAgain = (kind: JobKind<StorePayload>, name: string) =>
  kind.steps
    .find((step) => step.name === name)
    ?.reconcile({ payload } as unknown as StepContext<StorePayload>);

describe('a job on an external key store that never heard the answer', () => {
  it.each([
    ['connect', connectStore, 'CONNECTING'],
    ['connect', connectStore, 'CONNECTED'],
    ['disconnect', disconnectStore, 'DISCONNECTING'],
  ] as const)('counts what it asked for as its own: %s %#', async (name, kind, state) => {
    const found = await lookAgain(kind(world({ state })), name);
    expect(found).toMatchObject({ type: 'done', proof: [{ text: `it reads ${state}` }] });
  });

  it.each([
    ['connect', connectStore, 'DISCONNECTED'],
    ['disconnect', disconnectStore, 'CONNECTED'],
  ] as const)('asks again where nothing moved: %s', async (name, kind, state) => {
    expect(await lookAgain(kind(world({ state })), name)).toBe('act');
  });

  it('does not say that AWS has no key store', async () => {
    const create = createStore(world({ noted: false }));
    const doubt = await told(create, payload, begun('create'));
    expect(doubt.aws).toMatchObject({
      good: null,
      text: 'AWS may have key store ledger, made by this job',
    });
    expect(doubt.now).toContain('AWS may have key store ledger');
    const before = await told(create, payload, begun('serve'));
    expect(before.aws).toMatchObject({ good: true, text: 'AWS has no key store for it' });
    expect(before.now).toBe('Cancel now leaves nothing behind.');
  });

  it('does not say that nothing is left of an external key and its KMS key', async () => {
    const create = createXksKey(world({ state: 'CONNECTED', key: true }));
    const died = await told(create, keyPayload, begun('external'));
    expect(died.copies.text).toBe('payments is saved in the keystore and in the backup');
    expect(died.aws.text).toBe('No KMS key stands for it yet; ledger (cks-1) reads CONNECTED');
    expect(died.now).toContain('leaves external key payments in the keystore, unused; no KMS key');
    const doubt = await told(create, keyPayload, begun('create'));
    expect(doubt.aws).toMatchObject({
      good: null,
      text: 'AWS may hold one KMS key with the mark of this job; ledger (cks-1) reads CONNECTED',
    });
    expect(doubt.now).toContain('AWS may hold one KMS key with the mark of this job');
    const nothing = createXksKey(world({ state: 'CONNECTED' }));
    expect((await told(nothing, keyPayload, begun('check'))).now).toBe(
      'Cancel now leaves nothing behind.',
    );
  });

  it('says that a KMS key is gone, which is good for who lets go of it and for nobody else', async () => {
    const about = { storeId, keyId: 'k' };
    const gone = { state: 'CONNECTED', key: true, gone: true };
    const text = 'AWS no longer has KMS key 1111…2222; ledger (cks-1) reads CONNECTED';
    const release = releaseXksKey(world(gone));
    const letGo = await told(release, { ...about, accountGone: false }, begun('ask'));
    expect(letGo.aws).toMatchObject({ good: true, text });
    const enable = turnXksKey('enable')(world(gone));
    const turned = await told(enable, { ...about, days: 30 }, begun('enable'));
    expect(turned.aws).toMatchObject({ good: false, text });
  });

  it('says that the store is gone, and not that it reads so', async () => {
    const gone = await told(deleteStore(world({ state: null })), payload, begun('delete'));
    expect(gone.aws).toMatchObject({ good: true, text: 'AWS no longer has ledger (cks-1)' });
    const lost = await told(connectStore(world({ state: null })), payload, begun('connect'));
    expect(lost.aws).toMatchObject({ good: false, text: 'AWS no longer has ledger (cks-1)' });
  });
});
