import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { Secret } from '../kernel/secret.ts';
import { AuditLog, AuditUnavailable } from './audit/segment.ts';
import { verifySegments } from './audit/verify-segments.ts';
import type { ProxyParts } from './proxy.ts';
import { openSet, sealSet, UnreadableSet } from './serving/sealed-set.ts';
import type { ServedStore } from './serving/serving-set.ts';
import { LiveSet, replaceFile } from './serving/set-file.ts';
import {
  KeyMaker,
  metadata,
  ports,
  store,
  World,
  type Device,
  failing,
  hanging,
} from './world.fixture.ts';

let maker: KeyMaker;
let a: ServedStore;
let world: World | null = null;

beforeAll(async () => {
  maker = await KeyMaker.start();
  a = store('a', [await maker.key('k')]);
});
afterEach(async () => {
  await world?.stop();
  world = null;
});

const start = async (parts: Partial<ProxyParts>): Promise<World> => {
  world = await World.start(maker, [a], parts);
  return world;
};

describe('a device that fails', () => {
  it.each([
    ['HSM_UNAVAILABLE', 500, 'InternalException'],
    ['HSM_PIN_NEEDED', 500, 'InternalException'],
    ['HSM_TIMEOUT', 503, 'DependencyTimeoutException'],
    ['HSM_MASTER_MISSING', 404, 'KeyNotFoundException'],
  ] as const)('%s is %i', async (code, status, errorName) => {
    const there = await start({ device: failing(new OperationError(code)) });
    expect(await there.encrypt(a, 'k')).toMatchObject({ status, errorName });
    expect(there.records().at(-1)).toMatchObject({ verdict: errorName, detail: code });
  });

  it('does not hold an answer back beyond 200 ms', async () => {
    const there = await start({ device: hanging });
    const answer = there.encrypt(a, 'k');
    await there.clock.advance(150);
    expect(there.proxy.inFlight).toBe(1);
    await there.clock.advance(60);
    expect(await answer).toMatchObject({ status: 503, errorName: 'DependencyTimeoutException' });
  });

  it('is not given more than it was said to take', async () => {
    const there = await start({ device: hanging, mostAtOnce: 5 });
    const answers = Array.from({ length: 8 }, () => there.encrypt(a, 'k'));
    const refused = await Promise.all(answers.slice(5));
    expect(refused.map((one) => one.status)).toEqual([429, 429, 429]);
    expect(refused[0]?.errorName).toBe('ThrottlingException');
    await there.clock.advance(210);
    expect((await Promise.all(answers.slice(0, 5))).map((one) => one.status)).toEqual(
      Array.from({ length: 5 }, () => 503),
    );
  });

  it('is found out when a bit flips between encryption and integrity value', async () => {
    const flipping: Device = {
      async gcmEncrypt(...given) {
        const sealed = await maker.driver.gcmEncrypt(...given);
        sealed[13]! ^= 1;
        return sealed;
      },
      gcmDecrypt: (...given) => maker.driver.gcmDecrypt(...given),
    };
    const there = await start({ device: flipping });
    const asked = { ciphertextDataIntegrityValueAlgorithm: 'SHA_256' };
    expect(await there.encrypt(a, 'k', asked)).toMatchObject({
      status: 500,
      errorName: 'InternalException',
    });
  });
});

describe('an audit that cannot be written', () => {
  it('lets nothing out', async () => {
    let full = true;
    const there = await start({
      audit: {
        append: () => (full ? Promise.reject(new AuditUnavailable('full')) : Promise.resolve()),
      },
    });
    const refused = await there.encrypt(a, 'k');
    expect(refused).toMatchObject({ status: 500, errorName: 'InternalException' });
    expect(refused.text).not.toContain('ciphertext"');
    full = false;
    expect((await there.encrypt(a, 'k')).status).toBe(200);
  });

  it('holds no answer back beyond 200 ms', async () => {
    const there = await start({ audit: { append: () => new Promise(() => undefined) } });
    const answer = there.encrypt(a, 'k');
    await there.clock.advance(10);
    await there.clock.advance(210);
    expect((await answer).status).toBe(503);
  });

  it('goes on in a new segment of the same chain when it can be written again', async () => {
    const there = await start({});
    expect((await there.encrypt(a, 'k')).status).toBe(200);
    const closed = there.audit as unknown as { close(): Promise<void> };
    await closed.close(); // the file is taken away from under the log
    expect((await there.encrypt(a, 'k')).status).toBe(200);
    const checked = verifySegments(there.segments());
    expect(checked).toMatchObject({ records: 2, gaps: [] });
    expect(there.segments()).toHaveLength(2);
  });
});

describe('audit segments', () => {
  it('go on after a restart, and after a line that was cut off', async () => {
    const there = await start({});
    await there.encrypt(a, 'k');
    await there.audit.close();
    const folder = join(there.folder, 'audit');
    const [first] = there.segments();
    appendFileSync(join(folder, first!.name), '{"seq":2,"prev":"half');
    await there.clock.advance(5);
    const again = await AuditLog.open(ports(there.clock), { folder, node: 'test' });
    await again.close();
    expect(verifySegments(there.segments())).toMatchObject({ records: 1, gaps: [] });
    expect(there.segments()).toHaveLength(2);
  });

  it('show every line that was changed, taken out, put in or swapped', async () => {
    const there = await start({});
    for (let n = 0; n < 5; n++) await there.encrypt(a, 'k');
    const [segment] = there.segments();
    const { name, text } = segment!;
    const lines = text.split('\n').slice(0, -1);
    const spoilt: string[][] = [
      lines.map((line, at) => (at === 2 ? line.replace('Encrypt', 'Decrypt') : line)),
      lines.filter((_, at) => at !== 3),
      [...lines.slice(0, 3), lines[2]!, ...lines.slice(3)],
      [lines[0]!, lines[2]!, lines[1]!, ...lines.slice(3)],
      lines.map((line, at) => (at === 4 ? 'x' : line)),
    ];
    expect(verifySegments([{ name, text }]).gaps).toEqual([]);
    for (const one of spoilt) {
      expect(verifySegments([{ name, text: `${one.join('\n')}\n` }]).gaps).not.toEqual([]);
    }
    expect(
      verifySegments([
        { name: 'later', text },
        { name, text },
      ]).gaps,
    ).not.toEqual([]);
  });

  it('are begun anew when they are long', async () => {
    const there = await start({});
    const folder = join(there.folder, 'long');
    mkdirSync(folder);
    const log = await AuditLog.open(ports(there.clock), { folder, node: 'n', segmentBytes: 2000 });
    const record = there.records()[0];
    for (let n = 0; n < 30; n++) {
      await there.clock.advance(1);
      await log.append({ ...record, request: n } as never);
    }
    expect(log.head?.seq).toBe(30);
    await log.close();
  });
});

describe('the serving set in its file', () => {
  const key = Secret.copyOf(Buffer.alloc(32, 9));

  it('opens with its key, whole, and not otherwise', async () => {
    const { set } = (await start({})).index;
    const sealed = sealSet(set, key, randomBytes);
    expect(openSet(sealed, key)).toEqual(set);
    expect(sealed.includes(a.credentials[0]!.secretAccessKey)).toBe(false);
    for (const at of [0, 20, 26, 40, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => openSet(changed, key)).toThrow(UnreadableSet);
    }
    expect(() => openSet(sealed.subarray(0, 10), key)).toThrow(UnreadableSet);
    expect(() => openSet(sealed, Secret.copyOf(Buffer.alloc(32, 8)))).toThrow(UnreadableSet);
  });

  it('is applied when it is replaced, and only when it is newer and opens', async () => {
    const there = await start({});
    const { set } = there.index;
    const file = join(there.folder, 'set');
    const options = { file, revisionFile: join(there.folder, 'revision'), key };
    const publish = (revision: number) =>
      replaceFile(file, sealSet({ ...set, revision }, key, randomBytes));
    await publish(5);
    const live = await LiveSet.load(ports(there.clock), options);
    const stop = new AbortController();
    const watching = live.watch(stop.signal);
    await publish(6);
    await there.clock.advance(300);
    await live.reload();
    expect(live.index.set.revision).toBe(6);
    await publish(4);
    await live.reload();
    writeFileSync(file, 'no set');
    await live.reload();
    expect(live.index.set.revision).toBe(6);
    expect(live.problem).toContain('no serving set');
    await publish(7);
    await live.reload();
    expect([live.index.set.revision, live.problem]).toEqual([7, null]);
    stop.abort(new Error('end'));
    await watching;
    await publish(6);
    await expect(LiveSet.load(ports(there.clock), options)).rejects.toThrow(UnreadableSet);
    expect(readFileSync(options.revisionFile, 'utf8')).toBe('7');
  });
});

it('names no request that it cannot bind durably', async () => {
  const there = await start({});
  chmodSync(there.folder, 0o700);
  const bindings = { boundTo: () => null, bind: () => Promise.reject(new Error('disk')) };
  const bound = store('c', [await maker.key('k', { binding: 'first' })]);
  const other = await World.start(maker, [bound], { bindings: bindings as never });
  expect(await other.encrypt(bound, 'k', { requestMetadata: metadata })).toMatchObject({
    status: 500,
  });
  await other.stop();
});
