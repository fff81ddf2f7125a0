import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Bindings } from './bindings.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kr-bindings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('are still there after a restart, without a line that was cut off', async () => {
  const path = join(folder, 'bindings');
  const one = await Bindings.open(path);
  const both = await Promise.all([
    one.bind({ store: 'a', key: 'k', kmsKeyArn: 'first' }),
    one.bind({ store: 'a', key: 'k', kmsKeyArn: 'second' }),
  ]);
  expect(both).toEqual([true, false]);
  expect(one.boundTo('a', 'k')).toBe('first');
  await one.close();
  appendFileSync(path, '{"store":"a","key":"z","km');
  const two = await Bindings.open(path);
  await two.bind({ store: 'a', key: 'y', kmsKeyArn: 'third' });
  await two.close();
  const three = await Bindings.open(path);
  expect(three.all()).toEqual([
    ['a/k', 'first'],
    ['a/y', 'third'],
  ]);
  await three.close();
});

it.each([
  ['no JSON', '{"store":"a","key":"z","km\n'],
  ['JSON without a KMS key', '{"store":"a","key":"z"}\n'],
  ['nothing but zeros, as a disk may leave them', `${'\0'.repeat(64)}\n`],
])('are not guessed where a line among them is %s', async (_what, line) => {
  const path = join(folder, 'bindings');
  writeFileSync(path, `{"store":"a","key":"k","kmsKeyArn":"first"}\n${line}`);
  await expect(Bindings.open(path)).rejects.toThrow(`${path} is damaged in line 2`);
});

it('are whole after a disk that took half a line', async () => {
  const path = join(folder, 'bindings');
  const bindings = await Bindings.open(path);
  const bind = (key: string, kmsKeyArn: string) => bindings.bind({ store: 'a', key, kmsKeyArn });
  await bind('k', 'one');
  await using any = await open(path);
  const halfway = vi.spyOn(Object.getPrototypeOf(any) as FileHandle, 'appendFile');
  halfway.mockImplementationOnce(async function (this: FileHandle, line) {
    await this.write((line as Buffer).subarray(0, 20));
    throw new Error('ENOSPC');
  });
  await expect(bind('l', 'two')).rejects.toThrow('ENOSPC');
  expect(bindings.boundTo('a', 'l')).toBeNull();
  expect(await bind('l', 'three')).toBe(true);
  await bindings.close();
  const again = await Bindings.open(path);
  expect(again.all()).toEqual([
    ['a/k', 'one'],
    ['a/l', 'three'],
  ]);
  await again.close();
});
