import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateKeyCommand, DisableKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samePolicy } from '../../electron/core/cloud/policy/compare.ts';
import { region } from '../support/outside-aws.ts';
import { requireDone } from '../support/desk.ts';
import { awsRefuses, KeystoreStage } from './keystore-stage.ts';

describe('an external key store, from the keystore through the proxy to AWS', () => {
  let stage: KeystoreStage;
  let keyArn = '';
  let first: Uint8Array;

  beforeAll(async () => {
    stage = await KeystoreStage.open('hsm');
  });
  afterAll(async () => stage[Symbol.asyncDispose]());

  it('is added with a credential, served by a proxy, and created in AWS', async () => {
    await stage.addStore('ledger');
    const nobody = await stage.store('create', 'ledger');
    expect(nobody.job).toMatchObject({
      state: 'needs-you',
      failure: { code: 'XKS_PROXY_REFUSED' },
    });
    await stage.startProxy();
    requireDone(await stage.goOn(nobody.job.id));
    const store = await stage.desk.call('xksStore.show', { store: 'ledger' });
    expect(store.inAws).toMatchObject({ state: 'DISCONNECTED', error: null });
    expect(store.credentials).toMatchObject([{ inAws: true, retiredAt: null }]);
  });

  it('is connected, and takes a KMS key together with its external key', async () => {
    requireDone(await stage.store('connect', 'ledger'));
    const asked = { key: 'ledger/payments', deed: 'create' } as const;
    const plan = await stage.desk.call('xksKey.plan', asked);
    expect(plan.stays.join()).toContain('none can be moved into an external key store');
    for (const told of [
      /1 USD a month/,
      /waits 250 ms, tries once more/,
      /lost external key takes/,
      /outside the service level agreement/,
    ]) {
      expect(plan.lookFirst.join('\n')).toMatch(told);
    }
    const done = await stage.key('create', 'ledger/payments', 'ledger-payments');
    requireDone(done);
    const key = await stage.desk.call('xksKey.show', { key: 'ledger/payments' });
    expect(key).toMatchObject({
      served: true,
      enabled: true,
      onlyInHsm: false,
      kmsKeyState: 'Enabled',
    });
    expect(key.bindings).toMatchObject([{ how: 'made', arn: key.kmsKeyArn }]);
    expect(key.versions[0]?.backedUpAt).not.toBeNull();
    keyArn = key.kmsKeyArn ?? '';
    const { tags } = await stage.aws.key(keyArn.split('/').at(-1) ?? '');
    expect(JSON.stringify(tags)).toContain('keyreeve:store');
  });

  it('S2-033, S2-034: no KMS key is made for an external key that is not there or not for both', async () => {
    expect(await awsRefuses(stage.createOutside('ledger', 'no-such-key'))).toContain(
      'XksKeyNotFoundException',
    );
    const usage = { encrypt: false, decrypt: true };
    await stage.desk.call('xksKey.add', { store: 'ledger', name: 'reads', usage });
    const plan = await stage.desk.call('xksKey.plan', { key: 'ledger/reads', deed: 'create' });
    expect(plan.blocked).toMatchObject({ code: 'XKS_KEY_UNUSABLE' });
    await stage.desk.call('xksKey.remove', { key: 'ledger/reads', confirm: true });
  });

  it('encrypts, decrypts, re-encrypts and makes data keys through the HSM', async () => {
    first = await stage.encrypt(keyArn, 'a first secret');
    expect(await stage.decrypt(first)).toBe('a first secret');
    const again = await stage.reEncrypt(first, 'alias/ledger-payments');
    expect(await stage.decrypt(again)).toBe('a first secret');
    const { plain, wrapped } = await stage.dataKey(keyArn);
    expect(plain).toHaveLength(32);
    expect(await stage.open(wrapped)).toEqual(plain);
  });

  it('S2-022: is named by its id, its ARN, its alias, or the ARN of that', async () => {
    const [place = '', id = ''] = keyArn.split(':key/');
    const alias = 'alias/ledger-payments';
    for (const name of [id, keyArn, alias, `${place}:${alias}`]) {
      expect(await stage.decrypt(await stage.encrypt(name, name))).toBe(name);
    }
  });

  it('S3-152: takes over what another KMS key encrypted, which is not needed any more', async () => {
    const kms = stage.aws.kms(region);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'former' }));
    const KeyId = KeyMetadata?.KeyId ?? '';
    const existing = await stage.encrypt(KeyId, 'older than the key store');
    const taken = await stage.reEncrypt(existing, keyArn);
    await kms.send(new DisableKeyCommand({ KeyId }));
    expect(await awsRefuses(stage.decrypt(existing))).toContain('DisabledException');
    expect(await stage.decrypt(taken)).toBe('older than the key store');
  });

  it('rotates here: new versions encrypt, earlier ones decrypt, AWS sees nothing', async () => {
    const mark = await stage.aws.mark();
    const rotated = await stage.desk.call('xksKey.rotate', { key: keyArn });
    expect(rotated.version).toBe(2);
    expect(await stage.aws.calls(mark)).toEqual([]);
    const second = await stage.encrypt(keyArn, 'a second secret');
    expect(await stage.decrypt(second)).toBe('a second secret');
    expect(await stage.decrypt(first)).toBe('a first secret');
  });

  it('is refused while its external key is disabled, though the KMS key stays Enabled', async () => {
    await stage.desk.call('xksKey.disable', { key: keyArn });
    expect(await awsRefuses(stage.encrypt(keyArn, 'x'))).toContain('KMSInvalidStateException');
    expect(await stage.keyState(keyArn)).toBe('Enabled');
    await stage.desk.call('xksKey.enable', { key: keyArn });
    expect(await stage.decrypt(first)).toBe('a first secret');
  });

  it('stops at the kill switch, and goes on when it is lifted', async () => {
    const doubted = await stage.desk.refused('xks.kill', { key: keyArn });
    expect(doubted.code).toBe('CONFIRMATION_NEEDED');
    for (const target of [{ key: keyArn }, { store: 'ledger' }]) {
      const killed = await stage.desk.call('xks.kill', { ...target, confirm: true });
      // Every proxy has said that it obeys: the very next call is refused.
      expect(killed.nodes).toMatchObject([{ newest: true }]);
      expect(await awsRefuses(stage.decrypt(first))).toContain('KMSInvalidStateException');
      await stage.desk.call('xks.restore', target);
      expect(await stage.decrypt(first)).toBe('a first secret');
    }
  });

  it('exchanges its credential as one job, and the former one is refused', async () => {
    const before = await stage.desk.call('xksStore.show', { store: 'ledger' });
    const file = stage.at('handed-over.json');
    await stage.desk.call('xksStore.writeCredential', { store: 'ledger', file });
    await stage.desk.call('xksStore.check', { store: 'ledger' });
    const { records } = await stage.desk.call('audit.list', { limit: 2 });
    expect(records.map(({ details }) => details['name'])).toEqual(['ledger', 'ledger']);
    const former = stage.holderOf(file);
    expect((await former.health()).status).toBe(200);
    requireDone(await stage.store('rotate-credential', 'ledger'));
    expect((await former.health()).body).toMatchObject({
      errorName: 'AuthenticationFailedException',
    });
    former.close();
    const after = await stage.desk.call('xksStore.show', { store: 'ledger' });
    const valid = after.credentials.filter(({ retiredAt }) => retiredAt === null);
    expect(valid).toMatchObject([{ inAws: true }]);
    expect(valid[0]?.accessKeyId).not.toBe(before.credentials[0]?.accessKeyId);
    expect(await stage.decrypt(first)).toBe('a first secret');
  });

  it('S3-163: matches what CloudTrail recorded, and names what one side knows only', async () => {
    const events = await stage.history();
    const file = stage.at('trail.json');
    const match = async (Records: readonly object[]) => {
      writeFileSync(file, JSON.stringify({ Records }));
      return stage.desk.call('xks.reconcile', { trail: [file] });
    };
    const whole = await match(events);
    expect(whole).toMatchObject({
      awsOnly: { count: 0 },
      proxyOnly: { count: 0 },
      different: { count: 0 },
      nodes: [{ node: 'one', gaps: [] }],
    });
    expect(whole.matched).toBeGreaterThan(5);
    const used = events.filter(({ eventName }) => eventName === 'GenerateDataKey');
    const missing = await match(events.filter((event) => !used.includes(event)));
    expect(missing.matched).toBe(whole.matched - used.length);
    expect(missing.proxyOnly.first).toMatchObject([
      { operation: 'GenerateDataKey', requestId: used[0]?.requestID, arn: keyArn, node: 'one' },
    ]);
    const invented = await match([...events, { ...used[0], requestID: 'nobody-asked' }]);
    expect(invented.awsOnly.first).toMatchObject([{ requestId: 'nobody-asked', arn: keyArn }]);
  });

  it('links the audit of its proxy into its own log, which shows what was done to a segment', async () => {
    await stage.encrypt(keyArn, 'one more that the log has to know');
    const file = stage.at('audit.jsonl');
    const { fingerprint } = await stage.desk.call('audit.export', { to: file });
    const { folder } = await stage.desk.call('xks.status', {});
    const copy = stage.at('segments');
    cpSync(join(folder, 'nodes/one/audit'), copy, { recursive: true });
    const verify = (segments: string[]) =>
      stage.desk.call('audit.verify', { file, fingerprint, segments });
    const whole = await verify([copy]);
    expect(whole).toMatchObject({ ok: true, status: 0, segmentsNotGiven: [] });
    expect(whole.segments).toMatchObject([{ node: 'one', unlinked: 0, faults: [] }]);
    expect((await verify([])).segmentsNotGiven).toEqual(['one']);
    const [name = ''] = readdirSync(copy);
    const lines = readFileSync(join(copy, name), 'utf8').replace(/\n+$/, '').split('\n');
    writeFileSync(
      join(copy, name),
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const cut = await verify([copy]);
    expect(cut).toMatchObject({ ok: false, status: 1, problem: null });
    expect(cut.segments[0]).toMatchObject({
      firstBad: whole.segments[0]?.records,
      faults: [{ problem: 'cut off' }],
    });
    const asked = { file, fingerprint, segments: [stage.at('nowhere')] };
    expect((await stage.desk.refused('audit.verify', asked)).code).toBe('BAD_INPUT');
  });

  it('binds its external key to one KMS key', async () => {
    const refused = await stage.desk.call('xksKey.plan', { key: keyArn, deed: 'create' });
    expect(refused.blocked?.code).toBe('XKS_KEY_BOUND');
    expect((await stage.desk.refused('xksKey.remove', { key: keyArn, confirm: true })).code).toBe(
      'XKS_KEY_BOUND',
    );
  });

  it('calls a key that exists in the HSM only by that name, and removes it while nothing needs it', async () => {
    const made = await stage.desk.call('xksKey.add', {
      store: 'ledger',
      name: 'alone',
      onlyInHsm: true,
    });
    expect(made).toMatchObject({ onlyInHsm: true, served: true });
    const { versions } = await stage.desk.call('xksKey.show', { key: made.xksKeyId });
    expect(versions).toMatchObject([{ kcv: null, backedUpAt: null, state: 'usable' }]);
    await stage.desk.call('xksKey.remove', { key: made.xksKeyId, confirm: true });
    const { keys } = await stage.desk.call('xksKey.list', { store: 'ledger' });
    expect(keys.map(({ name }) => name)).toEqual(['payments']);
  });

  it('makes one new version for two calls at the same time', async () => {
    await stage.desk.call('xksKey.add', { store: 'ledger', name: 'twice' });
    const key = 'ledger/twice';
    const rotate = () => stage.desk.call('xksKey.rotate', { key });
    const both = await Promise.all([rotate(), rotate()]);
    expect(both.map(({ version }) => version)).toEqual([2, 2]);
    const { versions } = await stage.desk.call('xksKey.show', { key });
    expect(versions.map(({ state }) => state)).toEqual(['usable', 'usable']);
    await stage.desk.call('xksKey.remove', { key, confirm: true });
  });

  it('keeps a key that somebody gave a KMS key past Keyreeve', async () => {
    const made = await stage.desk.call('xksKey.add', { store: 'ledger', name: 'outside' });
    const outside = await stage.createOutside('ledger', made.xksKeyId);
    const kept = await stage.encrypt(outside, 'kept by nobody but us');
    const refused = await stage.desk.refused('xksKey.remove', {
      key: made.xksKeyId,
      confirm: true,
    });
    expect(refused.code).toBe('XKS_KEY_BOUND');
    expect(await stage.decrypt(kept)).toBe('kept by nobody but us');
  });

  it('creates a KMS key with the key policy given, and leaves out the trial that it forbids', async () => {
    const policyOf = (who: string, actions: object): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: who }, ...actions, Resource: '*' }],
      });
    const wish = (policy: string) =>
      ({ key: 'ledger/kept-apart', deed: 'create', policy }) as const;
    const blocked = async (policy: string) =>
      (await stage.desk.call('xksKey.plan', wish(policy))).blocked;
    expect(await blocked('{"Version"')).toMatchObject({ code: 'POLICY_INVALID' });
    const tooLong = policyOf('123456789012', { Action: 'kms:*', Sid: 'é'.repeat(16_400) });
    expect((await blocked(tooLong))?.details['problem']).toContain('32 KB');
    const others = await blocked(policyOf('999988887777', { Action: 'kms:*' }));
    expect(others).toMatchObject({ code: 'POLICY_INVALID' });
    expect(others?.details['problem']).toContain('could not change it any more');
    const policy = policyOf('123456789012', { NotAction: ['kms:Encrypt', 'kms:Decrypt'] });
    const plan = await stage.desk.call('xksKey.plan', wish(policy));
    expect(plan.blocked).toBeNull();
    expect(plan.changes.join()).toContain('Key policy: the one given (1 statement, SHA-256 ');
    const started = await stage.desk.call('xksKey.run', { ...wish(policy), plan: plan.number });
    const detail = await stage.desk.settled(started.jobId);
    requireDone(detail);
    const last = detail.steps.at(-1);
    expect(last).toMatchObject({ state: 'skipped' });
    expect(JSON.stringify(last?.proof)).toMatch(
      /key policy reads back equal.*left out: the key policy does not let .* kms:Encrypt, kms:Decrypt/,
    );
    const made = await stage.desk.call('xksKey.show', { key: 'ledger/kept-apart' });
    const asked = new GetKeyPolicyCommand({ KeyId: made.kmsKeyArn ?? '' });
    const { Policy } = await stage.aws.kms(region).send(asked);
    expect(samePolicy(Policy ?? '', policy)).toBe(true);
    const { records } = await stage.desk.call('audit.list', { object: started.jobId });
    const begun = records.find(({ outcome }) => outcome === 'STARTED');
    expect(begun?.details['keyPolicy']).toMatch(/^SHA-256 [0-9a-f]{64}$/);
  });

  it('is disconnected, and its keys cannot be used until it is connected', async () => {
    requireDone(await stage.store('disconnect', 'ledger'));
    expect(await awsRefuses(stage.decrypt(first))).toContain('KMSInvalidStateException');
    const blocked = await stage.desk.call('xksStore.plan', { store: 'ledger', deed: 'disconnect' });
    expect(blocked.blocked?.code).toBe('NOTHING_TO_DO');
    const asked = { key: 'ledger/later', deed: 'create' } as const;
    const { blocked: later } = await stage.desk.call('xksKey.plan', asked);
    expect(later).toMatchObject({ code: 'XKS_STORE_STATE', details: { state: 'DISCONNECTED' } });
    requireDone(await stage.store('connect', 'ledger'));
    expect(await stage.decrypt(first)).toBe('a first secret');
  });

  it('has its KMS key disabled, enabled, and scheduled for deletion in AWS', async () => {
    const external = () => stage.desk.call('xksKey.show', { key: keyArn });
    const before = await external();
    requireDone(await stage.key('disable', keyArn));
    expect(await stage.keyState(keyArn)).toBe('Disabled');
    expect(await awsRefuses(stage.decrypt(first))).toContain('DisabledException');
    const { enabled, served, versions } = await external();
    expect({ enabled, served }).toEqual({ enabled: true, served: true });
    expect(versions).toEqual(before.versions);
    requireDone(await stage.key('enable', keyArn));
    expect(await stage.decrypt(first)).toBe('a first secret');
    requireDone(await stage.key('schedule-deletion', keyArn));
    expect(await stage.keyState(keyArn)).toBe('PendingDeletion');
    expect(await awsRefuses(stage.decrypt(first))).toContain('KMSInvalidStateException');
    requireDone(await stage.key('cancel-deletion', keyArn));
    expect(await stage.keyState(keyArn)).toBe('Disabled');
  });

  it('is told to AWS also while its store is not connected and its state is hidden', async () => {
    const shown = async () => (await stage.desk.call('xksKey.show', { key: keyArn })).kmsKeyState;
    expect(await shown()).toBe('Disabled');
    requireDone(await stage.store('disconnect', 'ledger'));
    expect(await stage.keyState(keyArn)).toBe('Unavailable');
    expect(await shown()).toBe('Unavailable');
    requireDone(await stage.key('enable', keyArn));
    expect(await shown()).toBe('Unavailable');
    const plan = await stage.desk.call('xksStore.plan', { store: 'ledger', deed: 'connect' });
    expect(plan.calls.map(({ call }) => call)).toContain('DescribeKey');
    requireDone(await stage.store('connect', 'ledger'));
    expect(await stage.keyState(keyArn)).toBe('Enabled');
    expect(await shown()).toBe('Enabled');
  });

  it('lets go of its KMS key once AWS says that it is gone, never before, and may then be removed', async () => {
    const release = { key: 'ledger/payments', deed: 'release' } as const;
    const blocked = async (more: { accountGone?: boolean } = {}) =>
      (await stage.desk.call('xksKey.plan', { ...release, ...more })).blocked;
    expect(await blocked()).toMatchObject({ code: 'XKS_NOT_RELEASED' });
    expect((await blocked())?.details['reason']).toContain('reads Enabled');
    requireDone(await stage.key('schedule-deletion', keyArn));
    expect((await blocked())?.details['reason']).toContain('reads PendingDeletion');
    // a person's word does not stand against AWS's
    await stage.desk.call('xksKey.disable', { key: keyArn });
    expect((await blocked({ accountGone: true }))?.details['reason']).toContain('PendingDeletion');
    await stage.aws.advance(31 * 86_400);
    const plan = await stage.desk.call('xksKey.plan', release);
    expect(plan).toMatchObject({ blocked: null, confirmName: 'payments' });
    expect(plan.lookFirst.join()).toContain(`encrypted under ${keyArn} can ever be read again`);
    const untyped = await stage.desk.refused('xksKey.run', { ...release, plan: plan.number });
    expect(untyped.code).toBe('NAME_NOT_TYPED');
    requireDone(await stage.key('release', 'ledger/payments'));
    const free = await stage.desk.call('xksKey.show', { key: 'ledger/payments' });
    expect(free).toMatchObject({ kmsKeyArn: null, bindings: [], enabled: false });
    // the proxy tells of it at each publication, and it stays let go of
    const { nodes } = await stage.desk.call('xks.publish', {});
    expect(nodes).toMatchObject([{ newest: true }]);
    const key = free.xksKeyId;
    const doubted = await stage.desk.refused('xksKey.remove', { key });
    expect(doubted.details['what']).toContain(keyArn);
    await stage.desk.call('xksKey.destroyVersion', { key, version: 1, confirm: true });
    await stage.desk.call('xksKey.remove', { key, confirm: true });
    const { keys } = await stage.desk.call('xksKey.list', {});
    expect(keys.map(({ name }) => name)).toEqual(['kept-apart', 'outside']);
  });

  it('takes the word of a person for another account, typed, of a disabled key, and says so', async () => {
    const arn = 'arn:aws:kms:eu-west-1:999988887777:key/0b7a1c2d-1111-4222-8333-444455556691';
    const { xksKeyId: key } = await stage.desk.call('xksKey.add', { store: 'ledger', name: 'far' });
    await stage.desk.call('xksKey.allowKmsKey', { key, arn, confirm: true });
    const asked = { key, deed: 'release' } as const;
    const of = (accountGone: boolean) => stage.desk.call('xksKey.plan', { ...asked, accountGone });
    expect((await of(false)).blocked?.details['reason']).toContain('its own account only');
    expect((await of(true)).blocked?.details['reason']).toContain('enabled');
    await stage.desk.call('xksKey.disable', { key });
    const plan = await of(true);
    expect(plan).toMatchObject({ blocked: null, confirmName: '999988887777' });
    expect(plan.lookFirst.join()).toContain(`AWS was not asked about ${arn}`);
    const confirm = '999988887777';
    const run = { ...asked, accountGone: true, plan: plan.number, confirm };
    const { jobId } = await stage.desk.call('xksKey.run', run);
    requireDone(await stage.desk.settled(jobId));
    expect((await stage.desk.call('xksKey.show', { key })).bindings).toEqual([]);
    await stage.desk.call('xksKey.remove', { key, confirm: true });
  });
});
