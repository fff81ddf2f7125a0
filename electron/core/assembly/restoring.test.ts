import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDomain } from '../keystore/domain.ts';
import { type TestKeystore, testKeystore } from '../keystore/keystore.fixture.ts';
import type { HostPorts } from '../ports.ts';
import { Backups } from '../store/backup/backups.ts';
import type { UnlockWith } from '../store/slots/slot-kinds.ts';
import { openStoreWithRootKey } from '../store/store-file.ts';
import { restoreKeystore } from './restoring.ts';

let keystore: TestKeystore;
let place: string;
beforeEach(() => {
  keystore = testKeystore();
  place = mkdtempSync(join(tmpdir(), 'keyreeve-place-'));
});
afterEach(() => {
  keystore.temporary.dispose();
  rmSync(place, { recursive: true, force: true });
});

// As a bad sector leaves it; and in order for SQLite, with nothing in it.
it.each([
  ['spoilt', "update key_text_data set block = x'00' where id > 10"],
  ['emptied', "insert into key_text (key_text) values ('delete-all')"],
])('makes the search for keys anew, which no sum holds: its index was %s', async (_how, damage) => {
  const { temporary } = keystore;
  const { store, rootKey, folder, clock, random } = temporary;
  const { id } = keystore.addKey(keystore.addGroup().id);
  keystore.addRemote(id, { alias: 'alias/payments' });
  store.db.unsafeMode(true);
  store.change(() => store.db.exec(damage));
  store.db.unsafeMode(false);
  const find = { groupId: null, find: 'alias/pay', limit: 10, after: null };
  const answer = (of: Pick<TestKeystore, 'keys'>) =>
    of.keys.list(find).keys.map(({ key }) => key.id);

  const backups = new Backups({ store, place, tool: 'test 1', keep: 2 });
  await backups.full();
  await backups.close();
  const to = join(folder, 'restored.keystore');
  const ports = { clock, random, log: { log: () => undefined } } as unknown as HostPorts;
  // a fixture's keystore has no slot: its root key opens the backup
  const unlock = { rootKey } as unknown as UnlockWith;
  const caller = { actor: 'ada', host: 'here', channel: 'cli', trusted: true } as const;
  await restoreKeystore(ports, { from: place, to, unlock, caller });

  const restored = await openStoreWithRootKey({ clock, random, path: to, rootKey });
  try {
    expect(await restored.verify()).toBe('verified');
    const domain = createDomain({ store: restored, clock, random });
    expect(answer(domain)).toEqual([id]);
    domain.keys.noteRemote(id, { alias: 'alias/other' });
    expect(answer(domain)).toEqual([]);
  } finally {
    restored.close();
  }
});
