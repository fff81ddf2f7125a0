import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Secret } from '../../kernel/secret.ts';
import { TestClock } from '../../kernel/test-clock.ts';
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
