import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LockNote } from '../../../shared/contract/session.ts';
import { socketPlace } from '../transport/socket/place.ts';
import { CoreKeeper } from './core-keeper.ts';
import type { FromCore } from './core-messages.ts';

/** Stands in for the core's program: says what it was started with, and does as it is told. */
const program = `
  const settings = JSON.parse(process.argv.at(-1));
  if (settings.life === 'ends at once') process.exit(3);
  process.on('message', (message) => {
    if ('start' in message) {
      if (settings.life === 'fails') { process.send({ failed: { code: 'DISK_FULL', details: { path: '/full' } } }); return; }
      process.send({ ready: true });
      process.send({ life: settings.life, start: message.start });
    }
    if ('note' in message) {
      process.send({ keystoreOpen: true, noted: message.note.event });
      if (settings.life !== 'forgets') process.send({ written: message.number });
    }
    if ('tell' in message && message.message === 'open') process.send({ keystoreOpen: true });
    else if ('tell' in message) process.send({ soiled: true, lock: message.message });
    if ('stop' in message && settings.life !== 'lingers') process.exit(0);
  });
  process.on('disconnect', () => process.exit(0));
`;
type Life = 'runs' | 'forgets' | 'lingers' | 'ends at once' | 'fails';

let folder: string;
let keeper: CoreKeeper | null = null;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-keeper-'));
});
afterEach(async () => {
  await keeper?.stop();
  keeper = null;
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** `lives`: one for each process that is started, the last one goes on for ever. */
function keep(...lives: Life[]) {
  const starts: { life: Life; formerEnd: string | null; formerLock: LockNote | null }[] = [];
  const noted: string[] = [];
  const gaveUp = Promise.withResolvers<void>();
  const next = (): ChildProcess => {
    const life = lives.length > 1 ? lives.shift() : lives[0];
    const flags = ['--input-type=commonjs', '--eval', program];
    const child = fork('', [JSON.stringify({ life })], {
      execArgv: flags,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    children.push(child);
    return child;
  };
  const place = socketPlace(folder, join(folder, 'a.keystore'));
  mkdirSync(dirname(place.renewing), { recursive: true });
  keeper = new CoreKeeper({
    settings: { keystorePath: join(folder, 'a.keystore'), stateFolder: folder },
    place,
    log: { log: () => undefined },
    heard: (message: FromCore) => {
      if ('noted' in message) noted.push(String(message.noted));
      if ('start' in message) {
        const { start, life } = message as never as {
          start: (typeof starts)[0];
          life: Life;
        };
        starts.push({ ...start, life });
      }
    },
    link: () => ({ url: '', expiresAt: 0, pid: 0 }),
    gaveUp: () => gaveUp.resolve(),
    fork: next,
  });
  return { keeper, starts, noted, gaveUp: gaveUp.promise };
}

/** Connections as a browser makes them: our end, and the end of the browser's. */
async function handshakes(count: number) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const made: { tab: string; ours: Socket; gone: Promise<unknown> }[] = [];
  for (let at = 1; at <= count; at += 1) {
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const gone = once(connect(port, '127.0.0.1').resume(), 'close');
    made.push({ tab: `tab-${at}`, ours: (await connected)[0], gone });
  }
  server.close();
  return made;
}

const handshakeOf = (tab: string) => ({
  headers: {},
  ticket: { tab, session: 'a', factorHash: '', waiting: false },
});

const idle: LockNote = { cause: 'idle', at: 1_800_000_000_000, minutes: 10 };

describe('the core of a console', () => {
  it('is replaced after a lock, and the next one knows why it is locked', async () => {
    const { keeper, starts } = keep('runs');
    await keeper.start();
    keeper.tell('any', idle);
    await expect.poll(() => starts.length).toBe(2);
    expect(starts[1]).toMatchObject({ formerEnd: null, formerLock: idle });
  });

  it('is started again where the next one died before it was needed', async () => {
    const { keeper, starts } = keep('lingers', 'ends at once', 'runs');
    await keeper.start();
    keeper.tell('any', idle);
    await expect.poll(() => children[1]?.exitCode).toBe(3);
    children[0]?.kill('SIGKILL');
    await expect.poll(() => starts.length).toBe(2);
    expect(children).toHaveLength(3);
    expect(starts[1]).toMatchObject({ formerEnd: '3', formerLock: idle });
  });

  it.each(['ends at once', 'fails'] as const)(
    'is given up, and that is told, where each next one %s',
    async (life) => {
      const { keeper, gaveUp } = keep('runs', life);
      await keeper.start();
      keeper.tell('any', idle);
      await gaveUp;
      expect(children).toHaveLength(6);
    },
  );

  it('is told who came and left once it can write it down, also by the next core', async () => {
    const { keeper, starts, noted } = keep('runs');
    await keeper.start();
    const note = { session: 'a', at: 1, details: {} };
    keeper.note({ ...note, event: 'begin' });
    keeper.tell('any', idle);
    await expect.poll(() => starts.length).toBe(2);
    expect(noted).toEqual([]);
    keeper.tell('any', 'open');
    await expect.poll(() => noted).toEqual(['begin']);
    keeper.note({ ...note, event: 'end' });
    await expect.poll(() => noted).toEqual(['begin', 'end']);
  });

  it('tells the next core what the one before it was told and did not write down', async () => {
    const { keeper, starts, noted } = keep('forgets', 'runs');
    await keeper.start();
    keeper.tell('any', 'open');
    keeper.note({ session: 'a', at: 1, details: {}, event: 'end' });
    await expect.poll(() => noted).toEqual(['end']);
    keeper.tell('any', idle);
    await expect.poll(() => starts.length).toBe(2);
    keeper.tell('any', 'open');
    await expect.poll(() => noted).toEqual(['end', 'end']);
    // this one did
    keeper.tell('any', idle);
    await expect.poll(() => starts.length).toBe(3);
    keeper.tell('any', 'open');
    keeper.note({ session: 'b', at: 2, details: {}, event: 'begin' });
    await expect.poll(() => noted).toEqual(['end', 'end', 'begin']);
  });

  it('cuts off a window whose connection was on its way to a core that died', async () => {
    const { keeper, starts } = keep('runs');
    await keeper.start();
    const windows = await handshakes(3);
    children[0]?.kill('SIGSTOP');
    for (const { ours, tab } of windows) keeper.accept(handshakeOf(tab), ours);
    // accepted in a promise's turn: the core that was stopped is the one that they go to
    await new Promise(setImmediate);
    children[0]?.kill('SIGKILL');
    await Promise.all(windows.map(({ gone }) => gone));
    await expect.poll(() => starts.length).toBe(2);
  });

  it('does not start where the first one fails, and says why', async () => {
    const { keeper } = keep('fails');
    const why = { code: 'DISK_FULL', details: { path: '/full' } };
    await expect(keeper.start()).rejects.toMatchObject(why);
  });
});
