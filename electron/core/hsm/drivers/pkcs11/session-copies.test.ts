import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HsmBridge } from '../../bridge/bridge.ts';
import { createHsmBridge } from '../../bridge/client.ts';
import { softHsm, testPorts, type TestToken } from '../../token.fixture.ts';
import { SessionCopies } from './session-copies.ts';
import type { Scope } from './open-token.ts';

const session = Buffer.of(1);
const token = Buffer.of(2);
const made = Buffer.of(3);

describe('copies of token keys', () => {
  it('are used for two seconds, then only after another look at the token', () => {
    let now = 0;
    const copied: unknown[] = [];
    const scope = {
      session,
      cryptoki: { copy: (...given: unknown[]) => (copied.push(given[2]), made) },
    } as unknown as Scope;
    const copies = new SessionCopies(() => now);
    expect(copies.recent(scope, 'a')).toBeNull();
    expect(copies.take(scope, 'a', token)).toBe(made);
    now = 1_999;
    expect(copies.recent(scope, 'a')?.handle).toBe(made);
    now = 2_000;
    expect(copies.recent(scope, 'a')).toBeNull();
    expect(copies.take(scope, 'a', token)).toBe(made);
    expect(copied).toEqual([{ TOKEN: false }]);
    expect(copies.recent({ ...scope, session: Buffer.of(9) }, 'a')).toBeNull();
  });
});

describe.skipIf(softHsm.missing !== null)('a token key that another process removes', () => {
  let own: TestToken;
  let [serving, other]: HsmBridge[] = [];
  const open = async (): Promise<HsmBridge> => {
    const bridge = createHsmBridge(testPorts);
    await bridge.attach(own.target);
    await bridge.login(Buffer.from(own.pin ?? ''));
    return bridge;
  };

  beforeEach(async () => {
    own = await softHsm.make();
    [serving, other] = await Promise.all([open(), open()]);
  });
  afterEach(async () => {
    await Promise.all([serving?.detach(), other?.detach()]);
    own.remove();
  });

  it('encrypts no more once its copy has had its time', async () => {
    const id = 'a1'.repeat(16);
    const key = { id, blob: null };
    const master = await other!.createMaster('b2'.repeat(16));
    await other!.installServiceKey(id, await other!.generateKey(master.id, 'SYMMETRIC_DEFAULT'));
    const encrypt = (): Promise<unknown> =>
      serving!.gcmEncrypt(key, Buffer.from('aad'), Buffer.from('value')).then(
        () => 'encrypted',
        (error: { code: string }) => error.code,
      );
    expect(await encrypt()).toBe('encrypted');
    await other!.removeServiceKey(id);
    await expect.poll(encrypt, { interval: 100 }).toBe('HSM_MASTER_MISSING');
  });
});
