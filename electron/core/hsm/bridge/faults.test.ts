import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeClock } from '../../kernel/node-clock.ts';
import type { KeyBlob } from '../driver.ts';
import { behindItsBack, builtIn, softHsm, testPorts, type TestToken } from '../token.fixture.ts';
import type { BridgeEvent, HsmBridge } from './bridge.ts';
import { createHsmBridge } from './client.ts';

/** A bridge whose calls are counted, and that can be made to die when a call was sent. */
class Watched {
  readonly reached: string[] = [];
  readonly events: BridgeEvent[] = [];
  killAt: string | null = null;
  readonly bridge: HsmBridge = createHsmBridge({
    ...testPorts,
    clock: { ...nodeClock, sleep: (ms, signal) => this.#sleep(ms, signal) },
    faults: {
      reach: (point) => {
        this.reached.push(point);
        if (point !== this.killAt) return;
        this.killAt = null;
        process.kill(this.bridge.pid ?? 0, 'SIGKILL');
      },
    },
  });

  constructor() {
    this.bridge.onEvent((event) => this.events.push(event));
  }

  /** From now on deadlines pass as soon as they are set. */
  impatient = false;

  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return nodeClock.sleep(this.impatient ? 0 : ms, signal);
  }

  /** Dies when the next call was sent, before it can answer. */
  async killAtNext(method: string): Promise<void> {
    const pid = this.bridge.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    await expect.poll(() => stateOf(pid)).toBe('T');
    this.killAt = `hsm:${method}:sent`;
  }

  get logins(): number {
    return this.reached.filter((point) => point === 'hsm:login:sent').length;
  }

  /** The next event of this type, also if it has come since `after` events. */
  async next<T extends BridgeEvent['type']>(
    type: T,
    after: number,
  ): Promise<Extract<BridgeEvent, { type: T }>> {
    for (;;) {
      const event = this.events.slice(after).find((one) => one.type === type);
      if (event !== undefined) return event as Extract<BridgeEvent, { type: T }>;
      await new Promise<void>((resolve) => {
        const stop = this.bridge.onEvent(() => {
          stop();
          resolve();
        });
      });
    }
  }
}

const spki = generateKeyPairSync('rsa', { modulusLength: 3072 }).publicKey.export({
  type: 'spki',
  format: 'der',
});

/** Of a master that no token has. */
const noBlob: KeyBlob = {
  spec: 'SYMMETRIC_DEFAULT',
  publicKey: null,
  wrapped: randomBytes(40),
  mechanism: 'CKM_AES_KEY_WRAP_KWP',
  masterId: 'aa',
  kcv: { method: 'CMAC', value: '0000000000' },
};

describe.skipIf(softHsm.missing !== null)('HSM bridge on SoftHSM', () => {
  let token: TestToken;
  let watched: Watched;
  let bridge: HsmBridge;
  const pin = (): Buffer => Buffer.from(token.pin ?? '');

  beforeEach(async () => {
    token = await softHsm.make();
    watched = new Watched();
    bridge = watched.bridge;
    await bridge.attach(token.target);
  });
  afterEach(async () => {
    await bridge.detach();
    token.remove();
  });

  it('survives the death of the bridge at every call, with one login per new process', {
    timeout: 120_000,
  }, async () => {
    await bridge.login(pin());
    const { id } = await bridge.createMaster('0a'.repeat(16));
    const blob = await bridge.generateKey(id, 'SYMMETRIC_DEFAULT');
    await bridge.createSlotKey('slot');
    const [value, aad] = [Buffer.alloc(32), Buffer.from('aad')];
    const sealed = await bridge.sealWithSlotKey('slot', value, aad);
    await bridge.auditPublicKey('audit', true);
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      status: () => bridge.status(),
      probe: () => bridge.probe(),
      findMasters: () => bridge.findMasters(),
      createMaster: () => bridge.createMaster(id),
      tryMaster: () => bridge.tryMaster(id),
      generateKey: () => bridge.generateKey(id, 'SYMMETRIC_DEFAULT'),
      kcvOf: () => bridge.kcvOf(blob),
      wrapForAws: () => bridge.wrapForAws(blob, spki, 'RSAES_OAEP_SHA_1'),
      createSlotKey: () => bridge.createSlotKey('slot'),
      sealWithSlotKey: () => bridge.sealWithSlotKey('slot', value, aad),
      openWithSlotKey: () => bridge.openWithSlotKey('slot', sealed, aad),
      auditPublicKey: () => bridge.auditPublicKey('audit', true),
      signAudit: () => bridge.signAudit('audit', value),
      writeAnchor: () => bridge.writeAnchor('store', value),
      readAnchor: () => bridge.readAnchor('store'),
    };
    for (const [method, call] of Object.entries(calls)) {
      const before = { logins: watched.logins, events: watched.events.length, pid: bridge.pid };
      await watched.killAtNext(method);
      const both = await Promise.allSettled([bridge.kcvOf(blob), call()]);
      expect(both, method).toMatchObject(
        ['kcvOf', method].map((at) => ({
          status: 'rejected',
          reason: { code: 'HSM_UNAVAILABLE', external: { name: 'SIGKILL', at } },
        })),
      );
      // the next call waits for the new process and needs no person
      await expect(call(), method).resolves.not.toThrow();
      expect(bridge.pid, method).not.toBe(before.pid);
      expect(watched.logins - before.logins, method).toBe(1);
      const since = watched.events.slice(before.events).map((event) => event.type);
      expect(since, method).toEqual(['lost', 'back']);
      // one good answer, so that the next crash counts as a first one
      expect(await bridge.kcvOf(blob)).toEqual(blob.kcv);
    }
    expect(await bridge.findMasters()).toHaveLength(1);
  });

  it('asks for the PIN after a crash when none was kept', async () => {
    await bridge.login(pin());
    bridge.forgetPin();
    const logins = watched.logins;
    await watched.killAtNext('findMasters');
    await expect(bridge.findMasters()).rejects.toMatchObject({ code: 'HSM_UNAVAILABLE' });
    await watched.next('pin-needed', 0);
    expect(bridge.state).toBe('pin-needed');
    await expect(bridge.findMasters()).rejects.toMatchObject({ code: 'HSM_PIN_NEEDED' });
    expect(watched.logins).toBe(logins);
    await bridge.login(pin());
    expect(await bridge.findMasters()).toEqual([]);
  });

  it('stops a module that hangs at its deadline', async () => {
    await bridge.login(pin());
    const pid = bridge.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    watched.impatient = true;
    const both = await Promise.allSettled([bridge.kcvOf(noBlob), bridge.findMasters()]);
    expect(both).toMatchObject([
      {
        status: 'rejected',
        reason: { code: 'HSM_TIMEOUT', external: { name: 'no answer in 5 s', at: 'kcvOf' } },
      },
      { status: 'rejected', reason: { code: 'HSM_UNAVAILABLE', external: { at: 'findMasters' } } },
    ]);
    watched.impatient = false;
    await expect.poll(() => stateOf(pid)).toBeNull();
    if (bridge.state !== 'ready') await watched.next('back', 0);
    expect(await bridge.findMasters()).toEqual([]);
    expect(watched.logins).toBe(2);
  });

  it('never repeats a wrong PIN, and none at all while few tries are left', async () => {
    const wrong = Buffer.from('wrong-1');
    await expect(bridge.login(wrong)).rejects.toMatchObject({
      code: 'HSM_PIN_REFUSED',
      details: { pin: 'count-low' },
      external: { name: 'CKR_PIN_INCORRECT', at: 'C_Login' },
    });
    expect(wrong.toString()).toBe('wrong-1');
    expect(watched.logins).toBe(1);
    // SoftHSM now reports CKF_USER_PIN_COUNT_LOW: even the right PIN waits for a person
    await expect(bridge.login(pin())).rejects.toMatchObject({
      code: 'HSM_PIN_LAST_TRY',
      details: { pin: 'count-low' },
    });
    for (let crash = 0; crash < 2; crash++) {
      const events = watched.events.length;
      await watched.killAtNext('status');
      await expect(bridge.status()).rejects.toMatchObject({ code: 'HSM_UNAVAILABLE' });
      await watched.next('pin-needed', events);
    }
    expect(watched.logins).toBe(1);
    expect(bridge.state).toBe('pin-needed');
    await bridge.login(pin(), { confirmed: true });
    expect(watched.logins).toBe(2);
    expect(bridge.state).toBe('ready');
  });

  it('does not use a kept PIN while few tries are left', async () => {
    await bridge.login(pin());
    behindItsBack(
      token,
      `cryptoki.call('C_Logout', (m) => m.C_Logout(session));
       try { cryptoki.call('C_Login', (m) => m.C_Login(session, 1, 'nobody')); } catch {}`,
    );
    const status = await bridge.respawn();
    expect(status).toMatchObject({ pin: 'count-low', loggedIn: false });
    expect(watched.logins).toBe(1);
    expect(bridge.state).toBe('pin-needed');
  });

  it('drops a kept PIN at its first refusal, for good', async () => {
    await bridge.login(pin());
    behindItsBack(
      token,
      `cryptoki.call('C_SetPIN', (m) => m.C_SetPIN(session, '${pin().toString()}', 'changed-99'));`,
    );
    expect((await bridge.respawn()).loggedIn).toBe(false);
    expect(watched.logins).toBe(2);
    // somebody else's login clears the token's warning; the dropped PIN stays dropped
    behindItsBack({ ...token, pin: Buffer.from('changed-99') }, '');
    expect(await bridge.respawn()).toMatchObject({ pin: 'ok', loggedIn: false });
    expect(watched.logins).toBe(2);
    expect(bridge.state).toBe('pin-needed');
    await bridge.login(Buffer.from('changed-99'));
    expect(bridge.state).toBe('ready');
  });

  it('tries each of several entries once, one after the other', async () => {
    const results = await Promise.allSettled([
      bridge.login(pin()),
      bridge.login(Buffer.from('other')),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled']);
    expect(watched.logins).toBe(1);
  });

  it('comes back by itself when the token was away', async () => {
    await bridge.login(pin());
    const [tokens, away] = [join(token.folder, 'tokens'), join(token.folder, 'away')];
    const { id } = await bridge.createMaster('0b'.repeat(16));
    const blob = await bridge.generateKey(id, 'SYMMETRIC_DEFAULT');
    renameSync(tokens, away);
    await expect(bridge.createMaster('0c'.repeat(16))).rejects.toMatchObject({
      code: 'HSM_UNAVAILABLE',
      external: { name: 'CKR_GENERAL_ERROR' },
    });
    await watched.next('lost', 0);
    await expect(bridge.kcvOf(blob)).rejects.toMatchObject({ code: 'HSM_UNAVAILABLE' });
    expect(bridge.state).toBe('unavailable');
    const events = watched.events.length;
    renameSync(away, tokens);
    await watched.next('back', events);
    expect(await bridge.kcvOf(blob)).toEqual(blob.kcv);
    expect((await bridge.findMasters()).map((master) => master.id)).toEqual([id]);
  });

  it('refuses another token, at attach and when it was exchanged', async () => {
    if (token.target.driver !== 'pkcs11') throw new Error('not a module');
    const other = createHsmBridge(testPorts);
    await expect(
      other.attach({ ...token.target, tokenSerial: 'ffffffffffffffff' }),
    ).rejects.toMatchObject({
      code: 'HSM_WRONG_TOKEN',
      details: {
        label: 'keyreeve-test',
        serial: 'ffffffffffffffff',
        found: [`pkcs11:token=keyreeve-test;serial=${token.target.tokenSerial}`],
      },
    });
    expect(other.state).toBe('none');

    await bridge.login(pin());
    const stranger = await softHsm.make();
    const [tokens, away] = [join(token.folder, 'tokens'), join(token.folder, 'away')];
    renameSync(tokens, away);
    renameSync(join(stranger.folder, 'tokens'), tokens);
    await expect(bridge.respawn()).rejects.toMatchObject({ code: 'HSM_WRONG_TOKEN' });
    expect(bridge.state).toBe('wrong-token');
    expect(watched.logins).toBe(1);
    renameSync(tokens, join(stranger.folder, 'tokens'));
    const events = watched.events.length;
    renameSync(away, tokens);
    await watched.next('back', events);
    expect(bridge.state).toBe('ready');
    stranger.remove();
  });

  it('keeps looking for a token that was away at attach, if told to', async () => {
    const [tokens, away] = [join(token.folder, 'tokens'), join(token.folder, 'away')];
    await bridge.detach();
    renameSync(tokens, away);
    const attach = bridge.attach(token.target, { keepTrying: true });
    await expect(attach).rejects.toMatchObject({ code: 'HSM_UNAVAILABLE' });
    expect(bridge.state).toBe('unavailable');
    renameSync(away, tokens);
    await watched.next('pin-needed', 0);
    expect(bridge.state).toBe('pin-needed');
  });

  it('ends its process with detach, whatever is going on', async () => {
    await bridge.login(pin());
    const pid = bridge.pid ?? 0;
    const probing = expect(bridge.probe()).resolves.toBeDefined();
    await Promise.all([bridge.detach(), probing]);
    await expect(bridge.findMasters()).rejects.toMatchObject({ code: 'HSM_NOT_ATTACHED' });
    expect(bridge.state).toBe('none');
    await bridge.detach();
    await expect.poll(() => stateOf(pid)).toBeNull();
  });

  it('says that a master is missing only to who is logged in', async () => {
    await expect(bridge.kcvOf(noBlob)).rejects.toMatchObject({ code: 'HSM_PIN_NEEDED' });
    await bridge.login(pin());
    await expect(bridge.kcvOf(noBlob)).rejects.toMatchObject({ code: 'HSM_MASTER_MISSING' });
  });
});

describe('HSM bridge on the built-in device', () => {
  it('is logged in again after a crash without anybody', async () => {
    const token = await builtIn.make();
    const watched = new Watched();
    const { bridge } = watched;
    const { status } = await bridge.attach(token.target);
    token.remove(); // the bridge keeps its own copy of the key
    const [master] = await bridge.findMasters();
    await watched.killAtNext('findMasters');
    await expect(bridge.findMasters()).rejects.toMatchObject({ code: 'HSM_UNAVAILABLE' });
    expect(await bridge.findMasters()).toEqual([master]);
    expect((await bridge.status()).serial).toBe(status.serial);
    await bridge.detach();
  });
});

/** The kernel's letter for what a process does (`T`: stopped); null when it is gone. */
function stateOf(pid: number): string | null {
  try {
    const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? null;
    return state === 'Z' ? null : state;
  } catch {
    // no such process
    return null;
  }
}
