import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LockNote } from '../../../shared/contract/session.ts';
import { socketPlace } from '../transport/socket/place.ts';
import { handshakeOf, handshakes } from './handshakes.fixture.ts';
import { CoreKeeper } from './core-keeper.ts';
import type { FromCore } from './core-messages.ts';

/** Stands in for the core's program: says what it was started with, and does as it is told. */
const program = `
  const settings = JSON.parse(process.argv.at(-1));
  if (settings.life === 'ends at once') process.exit(3);
  process.on('message', (message, connection) => {
    if ('handshake' in message) connection.end(settings.life);
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
  const logged: string[] = [];
  const gaveUp = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const next = (): ChildProcess => {
    const life = lives.length > 1 ? lives.shift() : lives[0];
    const flags = ['--input-type=commonjs', '--eval', program];
    const child = fork('', [JSON.stringify({ life })], {
      execArgv: flags,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    children.push(child);
    if (children.length === 2) second.resolve();
    return child;
  };
  const place = socketPlace(folder, join(folder, 'a.keystore'));
  mkdirSync(dirname(place.renewing), { recursive: true });
  keeper = new CoreKeeper({
    settings: { keystorePath: join(folder, 'a.keystore'), stateFolder: folder },
    place,
    log: { log: (_level, event) => logged.push(event) },
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
    ended: () => undefined,
    link: () => ({ url: '', expiresAt: 0, pid: 0 }),
    gaveUp: () => gaveUp.resolve(),
    fork: next,
  });
  return { keeper, starts, noted, logged, gaveUp: gaveUp.promise, second: second.promise };
}

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
    for (const { ours, tab } of windows) keeper.accept(() => handshakeOf(tab), ours);
    // accepted in a promise's turn: the core that was stopped is the one that they go to
    await new Promise(setImmediate);
    children[0]?.kill('SIGKILL');
    await Promise.all(windows.map(({ gone }) => gone));
    await expect.poll(() => starts.length).toBe(2);
  });

  it('starts although the first one died before it took calls', async () => {
    const { keeper, starts } = keep('ends at once', 'runs');
    await keeper.start();
    await expect.poll(() => starts).toMatchObject([{ life: 'runs', formerEnd: '3' }]);
  });

  it('takes a window that waited for one that died before it took calls', async () => {
    const { keeper, second } = keep('lingers', 'ends at once', 'runs');
    await keeper.start();
    const [window] = await handshakes(1);
    children[0]?.kill('SIGKILL');
    await second;
    if (window) keeper.accept(() => handshakeOf(window.tab), window.ours);
    expect(await window?.gone).toBe('runs');
  });

  it('takes a window only if it may still come when there is a core', async () => {
    const { keeper, starts } = keep('lingers', 'runs');
    await keeper.start();
    const [may, mayNot] = await handshakes(2);
    keeper.tell('any', idle);
    await expect.poll(() => children.length).toBe(2);
    let mayCome = true;
    if (may) keeper.accept(() => handshakeOf(may.tab), may.ours);
    if (mayNot) keeper.accept(() => (mayCome ? handshakeOf(mayNot.tab) : null), mayNot.ours);
    mayCome = false;
    children[0]?.kill('SIGKILL');
    expect(await Promise.all([may?.gone, mayNot?.gone])).toEqual(['runs', '']);
    expect(starts).toHaveLength(2);
  });

  it('cuts off a window that waits for the next core when there will be none', async () => {
    const { keeper } = keep('lingers', 'runs');
    await keeper.start();
    keeper.tell('any', idle);
    await expect.poll(() => children.length).toBe(2);
    const [window] = await handshakes(1);
    if (window) keeper.accept(() => handshakeOf(window.tab), window.ours);
    const stopped = keeper.stop();
    children[0]?.kill('SIGKILL');
    await stopped;
    expect(await window?.gone).toBe('');
  });

  it('is replaced, too, where callers of that moment cannot be told to wait', async () => {
    const { keeper, starts, logged } = keep('runs');
    await keeper.start();
    rmSync(folder, { recursive: true });
    keeper.tell('any', idle);
    await expect.poll(() => starts.length).toBe(2);
    expect(logged).toEqual(['socket.renewal-not-noted']);
  });

  it('does not start where the first one fails, and says why', async () => {
    const { keeper } = keep('fails');
    const why = { code: 'DISK_FULL', details: { path: '/full' } };
    await expect(keeper.start()).rejects.toMatchObject(why);
  });
});
