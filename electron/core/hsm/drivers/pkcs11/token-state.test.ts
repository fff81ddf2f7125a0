import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHsmBridge, type HsmBridge } from '../../bridge/client.ts';
import { behindItsBack, softHsm, testPorts, type TestToken } from '../../token.fixture.ts';

/** What others, or a crash of ours, may have left on a token. */
describe.skipIf(softHsm.missing !== null)('objects on a SoftHSM token', () => {
  let token: TestToken;
  let bridge: HsmBridge;
  const id = '0d'.repeat(16);

  beforeEach(async () => {
    token = await softHsm.make();
    bridge = createHsmBridge(testPorts);
    await bridge.attach(token.target);
    await bridge.login(token.pin ?? Buffer.alloc(0));
  });
  afterEach(async () => {
    await bridge.detach();
    token.remove();
  });

  const makeAes = (label: string, extra: string): unknown =>
    behindItsBack(
      token,
      `cryptoki.generate(session, { mechanism: CKM.AES_KEY_GEN }, {
         CLASS: CKO.SECRET_KEY, KEY_TYPE: 0x1f, TOKEN: true, PRIVATE: true, LABEL: '${label}',
         ID: Buffer.from('${id}', 'hex'), VALUE_LEN: 32, SENSITIVE: true, EXTRACTABLE: false,
         ENCRYPT: false, DECRYPT: false, WRAP: true, UNWRAP: true, ${extra} });`,
    );

  it('has a master that can do nothing but wrap, for good', async () => {
    await bridge.createMaster(id);
    const seen = behindItsBack(
      token,
      `const [key] = cryptoki.find(session, { LABEL: 'keyreeve master' });
       const names = ['SENSITIVE', 'EXTRACTABLE', 'ENCRYPT', 'DECRYPT', 'WRAP', 'UNWRAP', 'SIGN',
         'DERIVE', 'LOCAL', 'ALWAYS_SENSITIVE', 'NEVER_EXTRACTABLE', 'MODIFIABLE', 'COPYABLE'];
       const flags = Object.fromEntries(names.map((n) => [n, cryptoki.flag(session, key, n)]));
       let changed = 'yes';
       try { cryptoki.set(session, key, { DECRYPT: true }); } catch (e) { changed = e.result; }
       return { flags, changed };`,
    );
    expect(seen).toEqual({
      flags: {
        SENSITIVE: true,
        EXTRACTABLE: false,
        ENCRYPT: false,
        DECRYPT: false,
        WRAP: true,
        UNWRAP: true,
        SIGN: false,
        DERIVE: false,
        LOCAL: true,
        ALWAYS_SENSITIVE: true,
        NEVER_EXTRACTABLE: true,
        MODIFIABLE: false,
        COPYABLE: false,
      },
      changed: 'CKR_ACTION_PROHIBITED',
    });
  });

  it('leaves no session key behind, and nothing after a probe', async () => {
    await bridge.probe();
    await bridge.createMaster(id);
    await bridge.generateKey(id, 'SYMMETRIC_DEFAULT');
    const left = behindItsBack(
      token,
      `return cryptoki.find(session, {}).map((o) => cryptoki.get(session, o, ['LABEL'])[0].toString());`,
    );
    expect(left).toEqual(['keyreeve master']);
  });

  it('takes no weak key for a master, and says so', async () => {
    makeAes('keyreeve master', 'DECRYPT: true');
    expect(await bridge.findMasters()).toEqual([]);
    await expect(bridge.tryMaster(id)).rejects.toMatchObject({
      code: 'HSM_MASTER_DIFFERS',
      details: { problem: 'Its CKA_DECRYPT is not what a master key has.' },
    });
  });

  it('chooses neither of two masters with one id', async () => {
    makeAes('keyreeve master', '');
    makeAes('keyreeve master', '');
    await expect(bridge.generateKey(id, 'SYMMETRIC_DEFAULT')).rejects.toMatchObject({
      code: 'HSM_MASTER_DIFFERS',
    });
    expect(await bridge.findMasters()).toHaveLength(2);
  });

  it('sees a master that another process destroyed or made', async () => {
    await bridge.createMaster(id);
    const blob = await bridge.generateKey(id, 'SYMMETRIC_DEFAULT');
    behindItsBack(
      token,
      `for (const key of cryptoki.find(session, { LABEL: 'keyreeve master' })) cryptoki.destroy(session, key);`,
    );
    await expect(bridge.kcvOf(blob)).rejects.toMatchObject({ code: 'HSM_MASTER_MISSING' });
    makeAes('keyreeve master', '');
    await expect(bridge.kcvOf(blob)).rejects.toMatchObject({ code: 'HSM_KEY_DIFFERS' });
  });

  const ecHalf = (which: 'publicKey' | 'privateKey'): unknown =>
    behindItsBack(
      token,
      `const point = Buffer.from('06082a8648ce3d030107', 'hex');
       const ours = { TOKEN: true, LABEL: 'keyreeve audit', ID: Buffer.from('${id}', 'hex') };
       const pair = cryptoki.generatePair(session, { mechanism: CKM.EC_KEY_PAIR_GEN },
         { ...ours, EC_PARAMS: point, VERIFY: true }, { ...ours, SIGN: true, PRIVATE: true });
       cryptoki.destroy(session, pair.${which});`,
    );

  it('removes a public half that a crash left, and makes a whole pair', async () => {
    ecHalf('privateKey');
    expect(await bridge.auditPublicKey(id, false)).toBeNull();
    const spki = await bridge.auditPublicKey(id, true);
    ecHalf('privateKey');
    expect(await bridge.auditPublicKey(id, true)).toEqual(spki);
    const count = behindItsBack(token, `return cryptoki.find(session, {}).length;`);
    expect(count).toBe(2);
  });

  it('leaves a private half to a person', async () => {
    ecHalf('publicKey');
    await expect(bridge.auditPublicKey(id, true)).rejects.toMatchObject({
      code: 'HSM_REFUSED',
      details: { problem: 'The signing key has no public key on the token.' },
    });
  });

  it('reads the newer of two anchors that a crash left, and clears up with the next', async () => {
    const anchor = (counter: number, text: string): unknown =>
      behindItsBack(
        token,
        `const head = Buffer.alloc(8); head.writeBigUInt64BE(${counter}n);
         cryptoki.create(session, { CLASS: CKO.DATA, TOKEN: true, PRIVATE: true, LABEL: 'store',
           APPLICATION: 'keyreeve', VALUE: Buffer.concat([head, Buffer.from('${text}')]) });`,
      );
    anchor(8, 'newer');
    anchor(7, 'older');
    expect(Buffer.from((await bridge.readAnchor('store')) ?? []).toString()).toBe('newer');
    await bridge.writeAnchor('store', Buffer.from('newest'));
    expect(Buffer.from((await bridge.readAnchor('store')) ?? []).toString()).toBe('newest');
    expect(behindItsBack(token, `return cryptoki.find(session, {}).length;`)).toBe(1);
  });
});
