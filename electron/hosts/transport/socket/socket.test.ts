import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Change } from '../../../../shared/contract/session.ts';
import { InTestCore, silentLog } from '../../in-test-core.fixture.ts';
import { connectSocket } from './connect.ts';
import { encodeFrame, frameLimits } from './frames.ts';
import { socketPlace, type SocketPlace } from './place.ts';
import { serveSocket, type SocketServer } from './serve.ts';

const caller = { actor: 'custodian', host: 'test' };
const quick = { handshakeMs: 200, frameMs: 200, lastWordsMs: 100 };
let folder: string;
let place: SocketPlace;
let core: InTestCore;
let server: SocketServer | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'krs-'));
  place = socketPlace(folder, join(folder, 'a.keystore'));
  core = new InTestCore();
  server = null;
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const serve = async (): Promise<void> => {
  server = await serveSocket(core, { place, caller, log: silentLog, deadlines: quick });
};
const connected = async () => {
  const client = await connectSocket(place);
  if (!client) throw new Error('nobody listens');
  return client;
};

it('runs calls of a proved caller through the gate and gives the answer', async () => {
  await serve();
  const client = await connected();
  const reply = await client.call('keystore.status', {});
  expect(reply).toMatchObject({ ok: true, output: { state: 'locked' } });
  expect(core.callers[0]).toEqual({ ...caller, trusted: true, channel: 'socket' });
  expect(await client.call('no.such', {})).toMatchObject({
    ok: false,
    failure: { code: 'NO_SUCH_OPERATION' },
  });
  expect(await client.call('keystore.status', { more: 1 })).toMatchObject({
    ok: false,
    failure: { code: 'BAD_INPUT' },
  });
  client.close();
});

it('hands bytes over as bytes', async () => {
  await serve();
  const client = await connected();
  const passphrase = new Uint8Array(randomBytes(20));
  await client.call('keystore.unlock', { passphrase });
  expect(core.lastPassphrase).toEqual(passphrase);
  client.close();
});

it('makes folder and files for this account alone', async () => {
  await serve();
  expect(lstatSync(place.folder).mode & 0o777).toBe(0o700);
  expect(lstatSync(place.socket).mode & 0o777).toBe(0o600);
  expect(lstatSync(place.token).mode & 0o777).toBe(0o600);
});

it('pushes changes to those who asked for them', async () => {
  await serve();
  const client = await connected();
  const changed = new Promise<Change>((resolve) => client.subscribe(resolve));
  await client.call('keystore.status', {});
  core.change({ revision: 7, what: 'job', ids: ['a'] });
  expect(await changed).toEqual({ revision: 7, what: 'job', ids: ['a'] });
  client.close();
});

it('answers that nobody is there when nobody is', async () => {
  expect(await connectSocket(place)).toBeNull();
  await serve();
  await server?.close();
  server = null;
  expect(await connectSocket(place)).toBeNull();
});

it('finds nobody in a state folder that cannot be one', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await connectSocket(socketPlace(file, join(folder, 'a.keystore')))).toBeNull();
});

it.runIf(process.getuid?.() === 0)('names a state folder of another account', () => {
  const program = fileURLToPath(new URL('./connect.ts', import.meta.url));
  const places = fileURLToPath(new URL('./place.ts', import.meta.url));
  const script = `
    const { connectSocket } = await import(${JSON.stringify(program)});
    const { socketPlace } = await import(${JSON.stringify(places)});
    process.setuid(65534);
    await connectSocket(socketPlace(process.argv[1], '/a.keystore')).catch(({ code, details }) =>
      console.log(code, details.folder));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script, folder], {
    encoding: 'utf8',
  });
  expect(run.stdout).toContain(`DISK_READ_ONLY ${join(folder, 's')}`);
});

it('tells a waiting caller when the holder goes away', async () => {
  await serve();
  const client = await connected();
  const wait = client.call('job.wait', { job: '1' });
  await core.called('job.wait');
  await server?.close();
  expect(await wait).toMatchObject({ ok: false, failure: { code: 'HOLDER_GONE' } });
});

it('gives up what a caller asked for who went away, as by Ctrl+C', async () => {
  await serve();
  const client = await connected();
  const answer = client.call('job.wait', { job: '1' });
  await core.called('job.wait');
  const { givenUp } = core.calls.at(-1) ?? {};
  if (!givenUp) throw new Error('the core was given no signal');
  const gone = once(givenUp, 'abort');
  expect(givenUp.aborted).toBe(false);
  client.close();
  await gone;
  expect(await answer).toMatchObject({ ok: false });
});

it('refuses a second listener and replaces a dead one', async () => {
  await serve();
  await expect(serveSocket(core, { place, caller, log: silentLog })).rejects.toMatchObject({
    code: 'KEYSTORE_IN_USE',
  });
  await server?.close();
  mkdirSync(place.folder, { recursive: true });
  await leaveDeadSocket(place.socket);
  writeFileSync(place.token, randomBytes(32), { mode: 0o600 });
  expect(await connectSocket(place)).toBeNull();
  await serve();
  const client = await connected();
  expect(await client.call('keystore.status', {})).toMatchObject({ ok: true });
  client.close();
});

it('refuses a caller with another token, and the core hears of it', async () => {
  await serve();
  rmSync(place.token);
  writeFileSync(place.token, randomBytes(32), { mode: 0o600 });
  await expect(connectSocket(place)).rejects.toMatchObject({ code: 'CALLER_NOT_TRUSTED' });
  const guess = await connectRaw();
  guess.write(encodeFrame(greetingOf(randomBytes(32)), 'may-hold-bytes'));
  await once(guess, 'data');
  guess.write(encodeFrame({ proof: new Uint8Array(32) }, 'may-hold-bytes'));
  await closed(guess);
  expect(core.callers.at(-1)).toMatchObject({ trusted: false, channel: 'socket' });
});

it('refuses to mirror: the listener cannot be made to prove the caller', async () => {
  await serve();
  const socket = await connectRaw();
  const nonce = new Uint8Array(randomBytes(32));
  socket.write(encodeFrame(greetingOf(nonce), 'may-hold-bytes'));
  const [data] = (await once(socket, 'data')) as [Buffer];
  const listenerProof = new Uint8Array(data.subarray(data.length - 32));
  socket.write(encodeFrame({ proof: listenerProof }, 'may-hold-bytes'));
  await closed(socket);
  expect(core.callers.at(-1)?.trusted).toBe(false);
});

it('refuses a listener that does not know the token', async () => {
  mkdirSync(place.folder, { recursive: true, mode: 0o700 });
  writeFileSync(place.token, randomBytes(32), { mode: 0o600 });
  const impostor = createServer((socket) => {
    const parts = { nonce: new Uint8Array(32), proof: new Uint8Array(32) };
    socket.on('error', () => undefined).write(encodeFrame(parts, 'may-hold-bytes'));
  });
  impostor.listen(place.socket);
  await once(impostor, 'listening');
  chmodSync(place.socket, 0o600);
  await expect(connectSocket(place)).rejects.toMatchObject({ code: 'CALLER_NOT_TRUSTED' });
  impostor.close();
});

it.each([
  ['a folder open to others', () => chmodSync(place.folder, 0o755)],
  ['a socket open to others', () => chmodSync(place.socket, 0o666)],
  ['a token open to others', () => chmodSync(place.token, 0o644)],
  ['a token that is a link', () => linkInstead(place.token)],
  ['a socket that is a link', () => linkInstead(place.socket)],
  ['a token of the wrong length', () => writeFileSync(place.token, randomBytes(33))],
])('does not talk over %s', async (_, spoil) => {
  await serve();
  spoil();
  await expect(connectSocket(place)).rejects.toMatchObject({ code: 'CALLER_NOT_TRUSTED' });
});

it('says which folder cannot be made for it', async () => {
  writeFileSync(join(folder, 'file'), '');
  const state = join(folder, 'file', 'state');
  place = socketPlace(state, join(folder, 'a.keystore'));
  await expect(serve()).rejects.toMatchObject({
    code: 'DISK_READ_ONLY',
    details: { folder: state },
  });
});

it('does not listen in a folder that somebody else could have prepared', async () => {
  mkdirSync(join(folder, 's'), { mode: 0o700 });
  symlinkSync(tmpdir(), place.folder);
  await expect(serve()).rejects.toMatchObject({ code: 'CALLER_NOT_TRUSTED' });
});

it.runIf(process.getuid?.() === 0)('does not trust a token of another account', async () => {
  await serve();
  const { chownSync } = await import('node:fs');
  chownSync(place.token, 12345, 12345);
  await expect(connectSocket(place)).rejects.toMatchObject({ code: 'CALLER_NOT_TRUSTED' });
});

const hostile: readonly (readonly [string, () => Buffer])[] = [
  ['random bytes', () => randomBytes(5000)],
  ['zeros', () => Buffer.alloc(4096)],
  ['an HTTP request', () => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['a length beyond the cap', () => Buffer.from([0xff, 0xff, 0xff, 0xff, 1])],
  ['a frame that is not JSON', () => Buffer.from([0, 0, 0, 6, 0, 0, 0, 2, 0x7b, 0x7b])],
  ['a call before the handshake', () => encodeFrame({ id: 1, call: 'group.list' }, 'no-bytes')],
  ['half a frame and silence', () => encodeFrame({ protocol: 'x' }, 'no-bytes').subarray(0, 9)],
  ['silence', () => Buffer.alloc(0)],
];
it.each(hostile)('closes the connection on %s and goes on serving others', async (_, bytes) => {
  await serve();
  const socket = await connectRaw();
  if (bytes().length > 0) socket.write(bytes());
  await closed(socket);
  expect(core.callers.filter((one) => one.trusted)).toEqual([]);
  const client = await connected();
  expect(await client.call('keystore.status', {})).toMatchObject({ ok: true });
  client.close();
});

it('survives a thousand random connections', async () => {
  await serve();
  for (let round = 0; round < 40; round += 1) {
    const sockets = await Promise.all(Array.from({ length: 25 }, connectRaw));
    await Promise.all(
      sockets.map((socket, i) => {
        socket.end(createHash('sha512').update(`${round} ${i}`).digest());
        return closed(socket);
      }),
    );
  }
  const client = await connected();
  expect(await client.call('keystore.status', {})).toMatchObject({ ok: true });
  client.close();
});

it('turns the 33rd connection away and frees places again', async () => {
  const patient = { ...quick, handshakeMs: 60_000 };
  server = await serveSocket(core, { place, caller, log: silentLog, deadlines: patient });
  const many = await Promise.all(Array.from({ length: 32 }, connectRaw));
  const late = await connectRaw();
  await closed(late);
  expect(many.map((socket) => socket.closed)).not.toContain(true);
  await Promise.all(many.map((socket) => closed(socket.destroy())));
  const client = await connected();
  expect(await client.call('keystore.status', {})).toMatchObject({ ok: true });
  client.close();
});

it('closes a proved connection that sends nonsense or too many calls at once', async () => {
  await serve();
  const client = await connected();
  const waits = Array.from({ length: 20 }, () => client.call('job.wait', { job: '1' }));
  for (const reply of await Promise.all(waits)) {
    expect(reply).toMatchObject({ ok: false, failure: { code: 'HOLDER_GONE' } });
  }
});

it('answers with a failure when the answer is larger than a frame', async () => {
  await serve();
  core.handlers.set('audit.verify', () => verdict('x'.repeat(frameLimits.bytes)));
  const client = await connected();
  const input = { file: '/audit.jsonl', fingerprint: 'a'.repeat(64) };
  expect(await client.call('audit.verify', input)).toMatchObject({
    ok: false,
    failure: { code: 'BAD_INPUT', details: { reason: 'too-large' } },
  });
  client.close();
});

it('finds the same place under every spelling of the path, and keeps it short', () => {
  const file = join(folder, 'a.keystore');
  writeFileSync(file, '');
  symlinkSync(file, join(folder, 'link'));
  expect(socketPlace(folder, join(folder, 'link'))).toEqual(place);
  expect(socketPlace(folder, `${folder}/./x/../a.keystore`)).toEqual(place);
  expect(socketPlace(folder, join(folder, 'b.keystore'))).not.toEqual(place);
  expect(() => socketPlace(`/${'d'.repeat(90)}`, file)).toThrow('BAD_INPUT');
});

it('leaves no token and no socket behind', async () => {
  await serve();
  const token = readFileSync(place.token);
  expect(token).toHaveLength(32);
  await server?.close();
  server = null;
  expect(lstatSync(place.token, { throwIfNoEntry: false })).toBeUndefined();
  expect(lstatSync(place.socket, { throwIfNoEntry: false })).toBeUndefined();
});

it('answers INTERNAL, without a word of it, when a core throws', async () => {
  await serve();
  core.handlers.set('keystore.status', () => {
    throw new Error('the passphrase is hunter2');
  });
  const client = await connected();
  expect(await client.call('keystore.status', {})).toEqual({
    ok: false,
    failure: { code: 'INTERNAL', details: {} },
  });
  client.close();
});

const verdict = (problem: string) => ({
  ok: false,
  status: 1,
  records: 1,
  signedSize: 1,
  unsignedTail: 0,
  firstBad: 1,
  line: 1,
  problem,
  store: null,
  signer: null,
  signedHead: null,
  signedAt: null,
  remarks: [],
  segments: [],
  segmentsNotGiven: [],
});

const greetingOf = (nonce: Uint8Array) => ({
  protocol: 'keyreeve-socket-1',
  nonce: new Uint8Array(nonce),
});

/** A listener that is done with a connection may reset it: what was not read yet is lost then. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

async function connectRaw(): Promise<Socket> {
  const socket = createConnection(place.socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket.resume();
}

function linkInstead(path: string): void {
  const elsewhere = `${path}.moved`;
  rmSync(path);
  writeFileSync(elsewhere, randomBytes(32), { mode: 0o600 });
  symlinkSync(elsewhere, path);
}

/** A socket file that nobody listens on any more, as a killed process leaves it. */
async function leaveDeadSocket(path: string): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  chmodSync(path, 0o600);
}
