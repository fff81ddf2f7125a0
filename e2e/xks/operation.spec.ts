import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { verifySegments } from '../../electron/core/xks/audit/verify-segments.ts';
import { makeCredential } from '../../electron/core/xks/wire/credential.ts';
import { findSoftHsm } from '../../electron/core/hsm/soft-token.ts';
import { selfSigned } from '../../electron/hosts/xks/self-signed.ts';
import type { Answer, KmsSide } from './client.ts';
import { OwnProxy } from './own-proxy.ts';

const softHsm = findSoftHsm() !== null;
let own: OwnProxy;
let sides: KmsSide[] = [];
const folders: string[] = [];
const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-xks-scratch-'));
  folders.push(folder);
  return folder;
};
const kmsOf = (...given: Parameters<OwnProxy['kms']>): KmsSide => {
  const kms = own.kms(...given);
  sides.push(kms);
  return kms;
};
afterEach(async () => {
  for (const kms of sides) kms.close();
  sides = [];
  await own.remove();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Asks again until an answer is as wished; gives up after a minute. */
async function until(
  ask: () => Promise<Answer>,
  wished: (answer: Answer) => boolean,
): Promise<Answer> {
  const end = performance.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (wished(answer)) return answer;
    if (performance.now() > end) throw new Error(`still ${answer.status} ${answer.text}`);
  }
}

const probe = (path: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: own.probePort, path }, (response) => {
      let text = '';
      response.on('data', (piece) => (text += String(piece)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    }).on('error', reject);
  });

describe('an XKS proxy in its own process', () => {
  it('obeys the kill switch, with and without being told', async () => {
    own = await OwnProxy.start();
    const kms = kmsOf();
    const { store } = own;
    const [both, ...others] = store.keys;
    await until(
      () => kms.encrypt(own.keys.both),
      ({ status }) => status === 200,
    );
    await own.publish([{ ...store, keys: [{ ...both!, blocked: true }, ...others] }]);
    const blocked = (answer: Answer) => answer.body['errorName'] === 'InvalidStateException';
    await until(() => kms.encrypt(own.keys.both), blocked);
    expect((await kms.encrypt(own.keys.encryptOnly)).status).toBe(200);
    await own.publish([{ ...store, blocked: true }]);
    // told: in force when the answer has come
    const status = await own.ask('reload');
    expect(blocked(await kms.encrypt(own.keys.encryptOnly))).toBe(true);
    expect((await kms.health()).status).toBe(200);
    await own.publish([store]);
    expect((await own.ask('reload')).revision).toBe(status.revision + 1);
    expect((await kms.encrypt(own.keys.both)).status).toBe(200);
    await expect(own.ask('status', randomBytes(32))).rejects.toThrow('refused');
  });

  it('exchanges a credential under load without a failed request', async () => {
    own = await OwnProxy.start();
    const old = own.store.credentials[0]!;
    const next = makeCredential(randomBytes);
    const before = kmsOf();
    const after = kmsOf({ ...own.store, credentials: [next] });
    let current = before;
    let running = true;
    const statuses = new Map<number, number>();
    const load = Array.from({ length: 8 }, async () => {
      while (running) {
        const { status } = await current.encrypt(own.keys.both);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    const { store } = own;
    await own.publish([{ ...store, credentials: [old, next] }]);
    await own.ask('reload');
    current = after;
    // requests that were signed with the old one are answered before it goes
    await Promise.all(Array.from({ length: 20 }, () => after.encrypt(own.keys.both)));
    await own.publish([{ ...store, credentials: [next] }]);
    await own.ask('reload');
    await Promise.all(Array.from({ length: 20 }, () => after.encrypt(own.keys.both)));
    running = false;
    await Promise.all(load);
    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.get(200)).toBeGreaterThan(20);
    expect((await before.encrypt(own.keys.both)).status).toBe(401);
  });

  it('serves a replaced certificate without dropping connections, and keeps it from a bad one', async () => {
    own = await OwnProxy.start();
    const kept = kmsOf();
    expect((await kept.health()).status).toBe(200);
    own.replaceCertificate(5);
    own.signal('SIGHUP');
    const fresh = () =>
      kmsOf(own.store, { keepAlive: false })
        .health()
        .catch(() => null);
    await expect.poll(async () => (await fresh())?.status).toBe(200);
    expect((await kept.health()).status).toBe(200);
    expect((await own.ask('status')).certificate).toEqual({ days: 4, problem: null });
    writeFileSync(own.at('private-key.pem'), selfSigned('localhost', Date.now(), 1000).privateKey);
    await own.ask('reload');
    expect((await own.ask('status')).certificate.problem).not.toBeNull();
    expect((await fresh())?.status).toBe(200);
  });

  it('is serving again by itself after its HSM process was killed, and says what is true', async () => {
    own = await OwnProxy.start();
    const kms = kmsOf();
    const sealed = await kms.encrypt(own.keys.both);
    const bridge = Number(execFileSync('pgrep', ['-P', String(own.pid), '-f', 'hsm/bridge']));
    const underWay = Array.from({ length: 10 }, () => kms.encrypt(own.keys.both));
    process.kill(bridge, 'SIGKILL');
    for (const answer of await Promise.all(underWay)) {
      expect([200, 500, 503]).toContain(answer.status);
    }
    await until(
      () => kms.decrypt(own.keys.both, sealed),
      ({ status }) => status === 200,
    );
    await until(
      () => kms.health(),
      ({ text }) => text.includes('"ACTIVE"'),
    );
  });

  it('answers when its HSM process is killed in the middle of a request, and works again by itself', async () => {
    own = await OwnProxy.start();
    const kms = kmsOf();
    await until(
      () => kms.encrypt(own.keys.both),
      ({ status }) => status === 200,
    );
    const bridge = Number(execFileSync('pgrep', ['-P', String(own.pid), '-f', 'hsm/bridge']));
    // it holds what it is given: the kill comes in the middle, whatever the machine is busy with
    process.kill(bridge, 'SIGSTOP');
    const held = kms.encrypt(own.keys.both);
    let answered = false;
    void held.then(() => (answered = true));
    // On a machine that is busy its time may be over before it was seen under way.
    await expect.poll(async () => answered || (await own.ask('status')).inFlight > 0).toBe(true);
    process.kill(bridge, 'SIGKILL');
    const answer = await held;
    expect([500, 503]).toContain(answer.status);
    expect(['InternalException', 'DependencyTimeoutException']).toContain(answer.body['errorName']);
    await until(
      () => kms.encrypt(own.keys.both),
      ({ status }) => status === 200,
    );
  });

  it('warns before its certificate ends, and shows one that is over to nobody who would take it', async () => {
    own = await OwnProxy.start();
    own.replaceCertificate(5);
    await own.ask('reload');
    await expect.poll(async () => (await own.ask('status')).certificate.days).toBe(4);
    const warned = (days: string) => () =>
      own.log.includes(`"event":"xks.certificate.ends","days":${days}`);
    await expect.poll(warned('4')).toBe(true);
    const day = 24 * 60 * 60_000;
    const over = selfSigned('localhost', Date.now() - 3 * day, day);
    writeFileSync(own.at('certificate.pem'), over.certificate);
    writeFileSync(own.at('private-key.pem'), over.privateKey);
    await own.ask('reload');
    await expect.poll(async () => (await own.ask('status')).certificate.days).toBeLessThan(0);
    await expect.poll(warned('-')).toBe(true);
    const told = kmsOf(own.store, { keepAlive: false }).health();
    await expect(told).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    own.replaceCertificate();
    await own.ask('reload');
    await expect.poll(async () => (await own.ask('status')).certificate.days).toBe(19);
    expect((await kmsOf(own.store, { keepAlive: false }).health()).status).toBe(200);
  });

  it('tells load balancers and Prometheus, and nobody else anything', async () => {
    own = await OwnProxy.start();
    // Its device is tried out once it is there.
    await expect.poll(() => probe('/ping')).toEqual({ status: 200, text: 'serving\n' });
    const kms = kmsOf();
    let asked = 0;
    const encrypt = (): Promise<Answer> => {
      asked += 1;
      return kms.encrypt(own.keys.both);
    };
    await until(encrypt, ({ status }) => status === 200);
    await kms.encrypt(own.keys.none);
    const { text } = await probe('/metrics');
    expect(text).toContain('keyreeve_xks_requests_total{verdict="ok"} 1');
    expect(text).toContain('keyreeve_xks_requests_total{verdict="InvalidKeyUsageException"} 1');
    expect(text).toContain(`keyreeve_xks_request_seconds_count ${asked + 1}`);
    expect(text).not.toContain(own.store.credentials[0]!.accessKeyId);
    expect((await probe(own.told().uriPath)).status).toBe(404);
  });

  it('answers what is under way before it ends, and goes on with its audit', async () => {
    own = await OwnProxy.start();
    const kms = kmsOf();
    await kms.health();
    const underWay = Array.from({ length: 20 }, () => kms.encrypt(own.keys.both).catch(() => null));
    await kms.health();
    own.signal('SIGTERM');
    const answers = await Promise.all(underWay);
    expect(await own.ended()).toBe(0);
    const answered = answers.filter((answer) => answer !== null);
    for (const { status } of answered) expect([200, 503]).toContain(status);
    await own.run();
    const again = kmsOf();
    expect((await again.encrypt(own.keys.both)).status).toBe(200);
    const checked = verifySegments(own.segments());
    expect(checked.gaps).toEqual([]);
    expect(own.segments()).toHaveLength(2);
    expect(checked.records).toBeGreaterThanOrEqual(answered.length + 3);
  });

  it('says that it leaves while it serves on, until it is told again', async () => {
    own = await OwnProxy.start({ leaveSeconds: 300 });
    await expect.poll(async () => (await probe('/ping')).status).toBe(200);
    own.signal('SIGTERM');
    await expect.poll(async () => (await probe('/ping')).status).toBe(503);
    // over a connection that a balancer opened before it looked
    const kms = kmsOf();
    expect((await kms.encrypt(own.keys.both)).status).toBe(200);
    await own.publish([{ ...own.store, blocked: true }]);
    await own.ask('reload');
    expect((await kms.encrypt(own.keys.both)).status).toBe(400);
    own.signal('SIGTERM');
    expect(await own.ended()).toBe(0);
  });

  it('binds a key to the first KMS key, also after a kill', async () => {
    own = await OwnProxy.start();
    const bound = own.store.keys.map((key) => ({ ...key, binding: 'first' as const }));
    await own.publish([{ ...own.store, keys: bound }]);
    await own.ask('reload');
    expect((await kmsOf().encrypt(own.keys.both)).status).toBe(200);
    own.signal('SIGKILL');
    await own.ended();
    await own.run();
    const kms = kmsOf();
    const other = {
      kmsRequestId: 'r',
      kmsOperation: 'Encrypt',
      awsPrincipalArn: 'AWS Internal',
      kmsKeyArn: 'arn:aws:kms:us-east-2:123456789012:key/another',
    };
    expect((await kms.encrypt(own.keys.both, { requestMetadata: other })).status).toBe(403);
    expect((await kms.encrypt(own.keys.both)).status).toBe(200);
    expect((await own.ask('status')).bindings).toHaveLength(1);
  });

  it('does not serve software keys to other computers unless somebody signed off', async () => {
    const listen = { host: '0.0.0.0', port: 0 };
    own = await OwnProxy.prepare({ listen });
    await expect(own.run()).rejects.toThrow('softwareKeysForOthers');
    await own.remove();
    own = await OwnProxy.start({ listen, softwareKeysForOthers: true });
    expect((await kmsOf().health()).status).toBe(200);
  });

  it('shares its folder with no second one, which changes nothing there', async () => {
    own = await OwnProxy.start();
    const kms = kmsOf();
    expect((await kms.encrypt(own.keys.both)).status).toBe(200);
    const options = { encoding: 'utf8', timeout: 60_000 } as const;
    const second = spawnSync(process.execPath, own.command(), options);
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`Another proxy works in ${own.at('state')}`);
    expect((await kms.encrypt(own.keys.both)).status).toBe(200);
    expect((await own.ask('status')).audit?.seq).toBe(2);
    own.signal('SIGKILL');
    await own.ended();
    await own.run();
    expect(verifySegments(own.segments())).toMatchObject({ records: 2, gaps: [] });
    expect(own.segments()).toHaveLength(2);
  });

  it.skipIf(!softHsm)(
    'looks at what comes later, too, before it serves other computers',
    async () => {
      own = await OwnProxy.prepare({ listen: { host: '0.0.0.0', port: 0 } });
      renameSync(own.at('softhsm-tokens'), own.at('away'));
      await own.run();
      renameSync(own.at('away'), own.at('softhsm-tokens'));
      await expect.poll(() => own.log).toContain('"event":"xks.device.refused"');
      const answer = await kmsOf().encrypt(own.keys.both);
      expect(answer.status).toBe(500);
      expect((await own.ask('status')).health.status).toBe('UNAVAILABLE');
    },
  );

  it.skipIf(!softHsm)(
    'serves again once a token that was emptied under it holds its keys again',
    async () => {
      own = await OwnProxy.start();
      const kms = kmsOf();
      const status = async () => (await kms.encrypt(own.keys.both)).status;
      expect(await status()).toBe(200);
      renameSync(own.at('softhsm-tokens'), own.at('away'));
      await expect.poll(status).not.toBe(200);
      // the module has seen by then that its objects are gone, and does not look for them again
      await expect.poll(async () => (await own.ask('status')).health.status).toBe('UNAVAILABLE');
      renameSync(own.at('away'), own.at('softhsm-tokens'));
      await expect.poll(status).toBe(200);
      await expect.poll(async () => (await own.ask('status')).health.status).toBe('ACTIVE');
    },
  );

  it('does not start with a serving set that it cannot open', async () => {
    own = await OwnProxy.prepare();
    writeFileSync(own.at('key'), randomBytes(32));
    await expect(own.run()).rejects.toThrow('does not open with this key');
  });

  it('works the same on the built-in device', async () => {
    const keyFile = join(scratch(), 'device.key');
    writeFileSync(keyFile, randomBytes(32));
    own = await OwnProxy.start({ device: { driver: 'software', keyFile } });
    const kms = kmsOf();
    const asked = { ciphertextDataIntegrityValueAlgorithm: 'SHA_256' };
    const sealed = await kms.encrypt(own.keys.both, asked);
    expect(sealed.status).toBe(200);
    expect((await kms.decrypt(own.keys.both, sealed)).status).toBe(200);
  });
});

describe('client certificates, when they are asked for', () => {
  it('end every handshake but that of the right authority and name', async () => {
    const right = selfSigned('cks.kms.us-east-1.amazonaws.com', Date.now(), 60_000_000);
    const stranger = selfSigned('cks.kms.us-east-1.amazonaws.com', Date.now(), 60_000_000);
    const over = selfSigned('cks.kms.us-east-1.amazonaws.com', Date.now() - 10_000_000, 1_000_000);
    const otherName = selfSigned('somebody.example', Date.now(), 60_000_000);
    const authority = join(scratch(), 'authority.pem');
    writeFileSync(authority, right.certificate + otherName.certificate + over.certificate);
    const names = ['cks.kms.us-east-1.amazonaws.com'];
    own = await OwnProxy.start({ clientCertificates: { authority, names } });
    const answer = (options: ConnectionOptions): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({
          host: '127.0.0.1',
          port: own.port,
          rejectUnauthorized: false,
          ...options,
        });
        socket.once('secureConnect', () =>
          socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
        );
        let text = '';
        socket.on('data', (piece) => {
          text += piece.toString();
          socket.end();
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(text));
      });
    const as = (one: { certificate: string; privateKey: string }) => ({
      cert: one.certificate,
      key: one.privateKey,
    });
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect(await answer({ maxVersion, ...as(right) })).toContain('HTTP/1.1 404');
      for (const wrong of [{}, as(stranger), as(over), as(otherName)]) {
        expect(await answer({ maxVersion, ...wrong })).toBe('');
      }
    }
  });
});
