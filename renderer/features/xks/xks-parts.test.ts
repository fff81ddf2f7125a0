import { describe, expect, it } from 'vitest';
import {
  keyDeedBlocked,
  newKeyBlocked,
  removeKeyBlocked,
  removeStoreBlocked,
  storeDeedBlocked,
} from './xks-blocked.ts';
import { conditionWords, patternsOf } from './rule-words.ts';
import { addInput, editInput, emptyStore, formOf, problemsOf } from './store-fields.ts';
import { figureWords, refusalWords, slowTone } from './figure-words.ts';
import { rowsOf } from './xks-rows.ts';
import { keyHere, keyNext, kmsKeyState, proxyState, storeNext, storeState } from './xks-words.ts';
import { inAws, storeShown, xksKeyShown } from './xks.fixture.ts';

const detail = (more = {}) => ({ ...storeShown(more), credentials: [], rules: [] });
const fresh = storeShown({ inAws: null, keys: 0 });

describe('what stands against a deed', () => {
  it.each([
    ['create', fresh, null],
    ['create', storeShown(), 'AWS has this store already.'],
    ['create', storeShown({ inAws: null, region: null }), 'Say its Region first.'],
    ['connect', storeShown(), 'It is connected.'],
    ['connect', storeShown({ inAws: inAws('FAILED') }), null],
    ['connect', fresh, 'AWS does not have this store: create it first.'],
    ['disconnect', storeShown({ inAws: inAws('DISCONNECTED') }), 'It is disconnected.'],
    ['delete', storeShown(), 'Disconnect it first.'],
    ['delete', storeShown({ inAws: inAws('DISCONNECTED') }), null],
  ] as const)('%s a store', (deed, store, why) => {
    expect(storeDeedBlocked(deed, store, null)).toBe(why);
  });

  it('is that nothing can be changed, before anything else', () => {
    expect(storeDeedBlocked('connect', fresh, 'Locked.')).toBe('Locked.');
    expect(newKeyBlocked(storeShown(), 'Locked.')).toBe('Locked.');
    expect(removeStoreBlocked(fresh, 'Locked.')).toBe('Locked.');
    expect(removeKeyBlocked(xksKeyShown({ kmsKeyArn: null }), 'Locked.')).toBe('Locked.');
  });

  it('is a state of the store, for what is made in it or taken from it', () => {
    expect(newKeyBlocked(storeShown({ inAws: inAws('DISCONNECTED') }), null)).toMatch(/^Connect/);
    expect(removeStoreBlocked(storeShown(), null)).toBe('Delete it in AWS first.');
    expect(removeStoreBlocked(storeShown({ inAws: null }), null)).toMatch(/external keys/);
    expect(removeKeyBlocked(xksKeyShown(), null)).toMatch(/depends on it/);
  });

  it.each([
    ['create', {}, /already/],
    ['create', { kmsKeyArn: null, kmsKeyState: null }, null],
    ['create', { kmsKeyArn: null, enabled: false }, /Enable it/],
    ['enable', {}, /not disabled/],
    ['enable', { kmsKeyState: 'Disabled' }, null],
    ['disable', {}, null],
    ['disable', { kmsKeyState: 'PendingDeletion' }, /cancel that first/],
    ['schedule-deletion', {}, null],
    ['cancel-deletion', {}, /does not wait/],
    ['cancel-deletion', { kmsKeyState: 'PendingDeletion' }, null],
    ['release', { kmsKeyArn: null }, /belongs/],
    ['release', { kmsKeyState: 'Gone' }, null],
  ] as const)('%s the KMS key', (deed, more, why) => {
    const told = keyDeedBlocked(deed, xksKeyShown(more), storeShown(), null);
    if (why === null) expect(told).toBeNull();
    else expect(told).toMatch(why);
  });
});

describe('states in words', () => {
  it('are those of AWS, and what waits for somebody', () => {
    expect(storeState(fresh).word).toBe('Not in AWS');
    expect(storeState(storeShown({ inAws: inAws('NEW_ONE') })).word).toBe('NEW_ONE');
    expect(storeNext(storeShown())).toBeNull();
    expect(storeNext(storeShown({ blocked: true }))?.urgent).toBe(true);
    expect(storeNext(storeShown({ inAws: inAws('FAILED') }))?.urgent).toBe(true);
    expect(storeNext(fresh)).toEqual({ text: 'Create it in AWS', urgent: false });
  });

  it('tell a key that is blocked, disabled, unserved or without a copy', () => {
    expect(keyHere(xksKeyShown({ blocked: true, enabled: false })).word).toBe('Blocked');
    expect(keyHere(xksKeyShown({ enabled: false })).word).toBe('Disabled');
    expect(keyHere(xksKeyShown({ served: false })).word).toBe('Not served yet');
    expect(keyNext(xksKeyShown({ onlyInHsm: true }))?.text).toMatch(/no copy/);
    expect(kmsKeyState(xksKeyShown({ kmsKeyState: null })).word).toBe('Not read');
  });

  it('tell whether proxies serve the newest set', () => {
    const node = { node: 'one', revision: 3, newest: true, health: 'ACTIVE', problem: null };
    const serving = { folder: '/x', storage: null, revision: 3, published: 3, leftOnDevice: 0 };
    const refusedKmsKeys: [] = [];
    const audit = { records: 7, linked: 7, linkedAt: 0, reading: false, broken: false };
    const of = (...nodes: (typeof node)[]) =>
      proxyState({
        ...serving,
        refusedKmsKeys,
        blocks: [],
        nodes: nodes.map((each) => ({ ...each, certificateDays: 9, figures: null, audit })),
      });
    expect(of().tone).toBe('quiet');
    expect(of(node).word).toBe('1 proxy serves set 3');
    expect(of(node, { ...node, newest: false }).word).toBe('1 of 2 proxies in trouble');
  });
});

describe('the rows of the place', () => {
  it('show keys below their store, unless it is closed', () => {
    const other = storeShown({ id: '5b0e0000-0000-4000-8000-000000000009', name: 'archive' });
    const rows = rowsOf([storeShown(), other], [xksKeyShown()], new Set());
    expect(rows.map(({ kind, level, expanded }) => [kind, level, expanded])).toEqual([
      ['store', 1, null],
      ['store', 1, true],
      ['key', 2, null],
    ]);
    expect(rows[2]?.parent).toBe(1);
    expect(rowsOf([storeShown()], [xksKeyShown()], new Set([storeShown().id]))).toHaveLength(1);
  });
});

describe('the form of a store', () => {
  const form = { ...emptyStore, name: 'ledger', accounts: '1111-2222-3333, 444455556666' };

  it('says what does not fit', () => {
    expect([...problemsOf(form, { practice: false })]).toEqual([]);
    const wrong = {
      ...form,
      name: ' ',
      accounts: '12',
      region: 'europe',
      endpoint: 'https://a.test:8443/x',
      connectivity: 'VPC_ENDPOINT_SERVICE' as const,
      vpcService: 'vpce-1',
      quota: '0',
    };
    expect([...problemsOf(wrong, { practice: false }).keys()].toSorted()).toEqual(
      ['accounts', 'endpoint', 'name', 'quota', 'region', 'vpcService'].toSorted(),
    );
  });

  it('asks for owners, but to practise', () => {
    const nobody = { ...form, accounts: '' };
    expect(problemsOf(nobody, { practice: false }).has('accounts')).toBe(true);
    expect(problemsOf(nobody, { practice: true }).has('accounts')).toBe(false);
    expect(addInput(nobody, false).accounts).toBeNull();
  });

  it('says where keys are kept with the first store only', () => {
    expect(addInput(form, true).storage).toBe('hsm');
    expect(addInput(form, false)).not.toHaveProperty('storage');
    expect(addInput(form, false).accounts).toEqual(['111122223333', '444455556666']);
  });

  it('sends of an edit only what differs', () => {
    const before = detail();
    expect(editInput(formOf(before), before)).toEqual({ store: before.id });
    const edited = { ...formOf(before), quota: '900', endpoint: '' };
    expect(editInput(edited, before)).toEqual({ store: before.id, quota: 900, endpoint: null });
  });
});

describe('rules', () => {
  it('are said part by part', () => {
    expect(conditionWords({ kmsOperation: ['Encrypt', 'Decrypt'], later: ['x'] })).toEqual([
      'Operation is Encrypt or Decrypt',
      'later is x',
    ]);
    expect(patternsOf(' a*\n\n b , c ')).toEqual(['a*', 'b', 'c']);
  });
});

describe('figures of the last minute', () => {
  const quiet = { perSecond: 0, p50: null, p99: null, p999: null, refusals: {} };

  it('are dashes while nothing was answered', () => {
    expect(figureWords(quiet)).toEqual({ rate: 'none', p50: '-', p99: '-', p999: '-' });
    expect(refusalWords({})).toBe('none');
    expect(slowTone(null)).toBe('');
  });

  it('mark what AWS did not wait for, and name refusals, the most frequent first', () => {
    const busy = { ...quiet, perSecond: 812.4, p50: 3.21, p99: 249.6, p999: 251 };
    expect(figureWords(busy)).toEqual({
      rate: '812',
      p50: '3.2 ms',
      p99: '250 ms',
      p999: '! 251 ms',
    });
    expect(slowTone(busy.p999)).toBe('tone-attention');
    const refusals = { AccessDeniedException: 2, ThrottlingException: 9 };
    expect(refusalWords(refusals)).toBe('9 × ThrottlingException, 2 × AccessDeniedException');
  });
});
