import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TestCore } from './core.fixture.ts';

it('tells that keys changed when a full backup takes them in', async () => {
  await using test = new TestCore();
  await test.create();
  const place = join(test.folder, 'second');
  mkdirSync(place);
  const told: string[] = [];
  const end = test.core.onChange(({ what }) => told.push(what));
  await test.call('keystore.setBackupPlace', { place });
  expect(told).toEqual(expect.arrayContaining(['session', 'key']));
  told.length = 0;
  await test.call('keystore.backup', {});
  expect(told).toEqual(expect.arrayContaining(['session', 'key']));
  end();
});
