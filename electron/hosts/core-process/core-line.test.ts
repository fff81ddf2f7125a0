import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller, Reply } from '../../core/core.ts';
import { forkChild } from '../../core/kernel/node-launcher.ts';
import type { ChildExit } from '../../core/ports.ts';
import { CoreGone, CoreLine } from './core-line.ts';

const caller: Caller = { trusted: true, actor: 'a', host: 'h', channel: 'desktop' };
const passphrase = (): Uint8Array => new TextEncoder().encode('a passphrase long enough');

/** A core process as a Node fork: it launches its own children. */
const entry = fileURLToPath(new URL('./main.ts', import.meta.url));

let folder: string;
const open: CoreLine[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-core-'));
});
afterEach(async () => {
  for (const line of open.splice(0)) {
    line.kill();
    await line.exited;
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(formerEnd: string | null = null) {
  const heard = { changes: [] as string[], exits: [] as ChildExit[] };
  const soiled = Promise.withResolvers<boolean>();
  const settings = {
    keystorePath: join(folder, 'a.keystore'),
    stateFolder: join(folder, 'state'),
    logName: 'test',
    socket: false,
    launches: 'here',
    formerEnd,
  } as const;
  const line = new CoreLine(forkChild(entry, {}), settings, {
    change: ({ what }) => heard.changes.push(what),
    soiled: (wasOpen) => soiled.resolve(wasOpen),
    exit: (exit) => heard.exits.push(exit),
  });
  open.push(line);
  return { line, heard, soiled: soiled.promise };
}

function output(reply: Reply): Record<string, unknown> {
  if (!reply.ok) throw new Error(reply.failure.code);
  return reply.output as Record<string, unknown>;
}

describe('a core in a process of its own', () => {
  it('answers, tells changes, says when its memory is soiled, and ends when told', async () => {
    const { line, heard, soiled } = start();
    await line.ready;
    expect(line.pid).toBeGreaterThan(0);
    expect(output(await line.call('keystore.status', {}, caller))['state']).toBe('absent');
    const mine = passphrase();
    const created = line.call('keystore.create', { realm: 'practice', passphrase: mine }, caller);
    // copied when the call returns, so that a relay can wipe its own at once
    mine.fill(0);
    expect(output(await created)['state']).toBe('verified');
    expect(heard.changes).toContain('session');
    const waiting = line.call('job.list', {}, caller);
    const lock = line.call('keystore.lock', {}, caller);
    const ended = line.stop(10_000);
    // what was asked before the stop is answered before the end
    expect([(await lock).ok, (await waiting).ok]).toEqual([true, true]);
    expect(await soiled).toBe(true);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(heard.exits).toHaveLength(1);
  });

  it('says that a passphrase came in which did not open', async () => {
    const first = start();
    const create = { realm: 'practice', passphrase: passphrase() };
    output(await first.line.call('keystore.create', create, caller));
    await first.line.stop(10_000);
    const { line, soiled } = start();
    const wrong = { passphrase: new TextEncoder().encode('another passphrase, as long') };
    expect(await line.call('keystore.unlock', wrong, caller)).toMatchObject({
      ok: false,
      failure: { code: 'UNLOCK_REFUSED' },
    });
    expect(await soiled).toBe(false);
  });

  it('gives up what is in flight when it dies, and refuses what comes after', async () => {
    const { line, heard } = start();
    await line.ready;
    const flying = line.call(
      'keystore.create',
      { realm: 'practice', passphrase: passphrase() },
      caller,
    );
    line.kill();
    await expect(flying).rejects.toThrow(CoreGone);
    await expect(line.call('keystore.status', {}, caller)).rejects.toThrow(CoreGone);
    expect(heard.exits).toEqual([{ code: null, signal: 'SIGKILL' }]);
  });

  it('notes at the next unlock that the core before it ended unasked', async () => {
    const first = start();
    const create = { realm: 'practice', passphrase: passphrase() };
    output(await first.line.call('keystore.create', create, caller));
    first.line.kill();
    await first.line.exited;
    const { line } = start('signal SIGKILL');
    const unlock = { passphrase: passphrase() };
    output(await line.call('keystore.unlock', unlock, caller));
    await expect
      .poll(async () => JSON.stringify(await line.call('audit.list', {}, caller)))
      .toContain('signal SIGKILL');
  });

  it('refuses a caller that its host could not authenticate', async () => {
    const { line } = start();
    const reply = await line.call('keystore.status', {}, { ...caller, trusted: false });
    expect(reply).toMatchObject({ ok: false, failure: { code: 'CALLER_NOT_TRUSTED' } });
    expect(readFileSync(join(folder, 'state', 'log', 'keyreeve.jsonl'), 'utf8')).toContain(
      'CALLER_NOT_TRUSTED',
    );
  });
});
