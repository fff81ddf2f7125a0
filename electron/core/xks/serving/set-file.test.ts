import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../kernel/secret.ts';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import { sealSet } from './sealed-set.ts';
import type { ServingSet } from './serving-set.ts';
import { LiveSet, replaceFile } from './set-file.ts';

it('writes a file that is private although one for all lay where it is prepared', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-set-file-'));
  writeFileSync(join(folder, '.key.new'), 'left by a crash, or by somebody', { mode: 0o666 });
  await replaceFile(join(folder, 'key'), Buffer.from('secret'));
  expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, 'key'), 'utf8')).toBe('secret');
  rmSync(folder, { recursive: true });
});

it('looks for a new set within the second that is promised, without being told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-set-file-'));
  const options = { file: join(folder, 'set'), revisionFile: join(folder, 'revision') };
  using key = Secret.copyOf(randomBytes(32));
  const publish = (revision: number): Promise<void> => {
    const canary = { id: 'canary', sealed: null };
    const set: ServingSet = {
      v: 1,
      revision,
      issuedAt: 1,
      realm: 'practice',
      canary,
      stores: [],
    };
    return replaceFile(options.file, sealSet(set, key, randomBytes));
  };
  await publish(1);
  const clock = new TestClock();
  const live = await LiveSet.load({ clock, log: { log: () => undefined } }, { ...options, key });
  const end = new AbortController();
  const watching = live.watch(end.signal);
  await publish(2);
  await clock.advance(900);
  await expect.poll(() => live.index.set.revision).toBe(2);
  end.abort();
  await watching;
  rmSync(folder, { recursive: true });
});

describe('a set that cannot be taken over now', () => {
  let folder: string;
  let options: { file: string; revisionFile: string };
  const key = Secret.copyOf(randomBytes(32));
  const logged: unknown[] = [];
  const watched = {
    clock: new TestClock(),
    log: { log: (...line: unknown[]) => void logged.push(line) },
  };
  const publish = (revision: number): Promise<void> => {
    const canary = { id: 'canary', sealed: null };
    const set: ServingSet = { v: 1, revision, issuedAt: 1, realm: 'practice', canary, stores: [] };
    return replaceFile(options.file, sealSet(set, key, randomBytes));
  };
  beforeEach(() => {
    logged.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'keyreeve-set-file-'));
    options = { file: join(folder, 'set'), revisionFile: join(folder, 'revision') };
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const load = () => LiveSet.load(watched, { ...options, key });

  it('is read at a later look, and said once', async () => {
    await publish(1);
    const live = await load();
    rmSync(options.file);
    mkdirSync(options.file);
    await live.reload();
    await live.reload();
    expect(live.index.set.revision).toBe(1);
    expect(live.problem).toContain('EISDIR');
    expect(logged).toHaveLength(1);
    rmdirSync(options.file);
    await publish(2);
    await live.reload();
    expect([live.index.set.revision, live.problem]).toEqual([2, null]);
  });

  it('is read again although nobody replaced it, where the disk failed to read it', async () => {
    await publish(1);
    const live = await load();
    await publish(2);
    const failed = Object.assign(new Error('EIO: i/o error, read'), { syscall: 'read' });
    const reading = vi.spyOn(fs, 'readFile').mockRejectedValueOnce(failed);
    syncBuiltinESMExports();
    await live.reload();
    expect([live.index.set.revision, live.problem]).toEqual([1, failed.message]);
    await live.reload();
    expect([live.index.set.revision, live.problem]).toEqual([2, null]);
    expect(logged).toHaveLength(1);
    reading.mockRestore();
    syncBuiltinESMExports();
  });

  it('is remembered at a later look, so that an older one does not come back', async () => {
    await publish(1);
    const live = await load();
    rmSync(options.revisionFile);
    mkdirSync(options.revisionFile);
    await publish(3);
    await live.reload();
    expect(live.index.set.revision).toBe(3);
    expect(live.problem).toContain('EISDIR');
    rmdirSync(options.revisionFile);
    await live.reload();
    expect(live.problem).toBeNull();
    await publish(2);
    await expect(load()).rejects.toThrow('older than one that was served');
  });

  it('is not put in the place of a newer one, from the first start on, nor where that is forgotten', async () => {
    await publish(5);
    await load();
    await publish(4);
    await expect(load()).rejects.toThrow('older than one that was served');
    for (const damaged of ['', 'five', '-1']) {
      writeFileSync(options.revisionFile, damaged);
      await expect(load()).rejects.toThrow('is damaged');
    }
  });
});
