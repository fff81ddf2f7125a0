import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sameDiskRemark } from '../../../shared/text/backup-place.ts';
import { createDomain } from '../keystore/domain.ts';
import { type TestKeystore, testKeystore } from '../keystore/keystore.fixture.ts';
import type { Logger } from '../ports.ts';
import { onOneDisk } from '../store/backup/place.ts';
import { restore } from '../store/backup/restore.ts';
import { openStoreWithRootKey } from '../store/store-file.ts';
import { BackupPlaces } from './backup-places.ts';

const log: Logger = { log: () => undefined };

let keystore: TestKeystore;
let places: BackupPlaces;
let group: string;
beforeEach(() => {
  keystore = testKeystore();
  const { temporary, clock } = keystore;
  const file = { store: temporary.store };
  places = new BackupPlaces({ clock, random: temporary.random, log, file, domain: keystore });
  group = keystore.addGroup().id;
});
afterEach(async () => {
  await places.close();
  keystore[Symbol.dispose]();
});

const folder = (name: string): string => {
  const path = join(keystore.temporary.folder, name);
  mkdirSync(path);
  return path;
};
const addKey = (): string => keystore.addKey(group).id;
const backedUpAt = (key: string): number | null => keystore.keys.get(key).key.backedUpAt;

/** Turns of the event loop until the copy of the keystore stands in this place, still unproved. */
async function copied(place: string): Promise<void> {
  const partial = (name: string): boolean => name.includes('.partial-');
  while (!readdirSync(place, { recursive: true, encoding: 'utf8' }).some(partial)) await turn();
}

/** Ids of the keys that a keystore restored from this place has, each with a copy that opens. */
async function keysIn(place: string): Promise<readonly string[]> {
  const { temporary, clock } = keystore;
  const { random, rootKey } = temporary;
  const to = join(temporary.folder, `restored-${random(4).toString('hex')}`);
  await restore({ clock, random, from: place, to, unlock: { rootKey } });
  const store = await openStoreWithRootKey({ clock, random, path: to, rootKey });
  try {
    expect(await store.verify()).toBe('verified');
    const { keys } = createDomain({ store, clock, random });
    return keys.ofGroup(group).map(({ key }) => {
      expect(keys.blob(key.id).wrapped).toHaveLength(40);
      return key.id;
    });
  } finally {
    store.close();
  }
}

describe('a key made while a full copy is under way', () => {
  it('does not count as backed up by that copy', async () => {
    const place = folder('place');
    await places.setPlace(place);
    const before = addKey();
    keystore.clock.jumpWall(1000);
    const full = places.full();
    await copied(place);
    const after = addKey();
    await full;
    expect(backedUpAt(before)).not.toBeNull();
    expect(backedUpAt(after)).toBeNull();
    await places.protect(after);
    expect(backedUpAt(after)).not.toBeNull();
    expect(new Set(await keysIn(place))).toEqual(new Set([before, after]));
  });
});

describe('moving to another place', () => {
  it('takes along what was appended to the former one meanwhile', async () => {
    const [former, next] = [folder('former'), folder('next')];
    await places.setPlace(former);
    const first = addKey();
    await places.protect(first);
    const moving = places.setPlace(next);
    await copied(next);
    const meanwhile = addKey();
    const receipt = await places.protect(meanwhile);
    expect(receipt?.at).toBe(backedUpAt(meanwhile));
    await moving;
    expect(places.place).toBe(next);
    expect(new Set(await keysIn(next))).toEqual(new Set([first, meanwhile]));
  });

  it('takes along an append that begins just before the change', async () => {
    const [former, next] = [folder('former'), folder('next')];
    await places.setPlace(former);
    const moving = places.setPlace(next);
    await copied(next);
    const made: string[] = [];
    const appends: Promise<unknown>[] = [];
    let over = false;
    void moving.then(() => {
      over = true;
    });
    // One in every turn, until after the change: none may fall between the two places.
    while (!over) {
      const key = addKey();
      made.push(key);
      appends.push(places.protect(key));
      await turn();
    }
    await Promise.all(appends);
    expect(made.length).toBeGreaterThan(2);
    expect(new Set(await keysIn(next))).toEqual(new Set(made));
  });

  it('the first place takes keys that were made while it was being filled', async () => {
    const place = folder('place');
    const setting = places.setPlace(place);
    await copied(place);
    const meanwhile = addKey();
    expect(await places.protect(meanwhile)).toBeNull();
    await setting;
    expect(backedUpAt(meanwhile)).not.toBeNull();
    expect(await keysIn(place)).toEqual([meanwhile]);
  });

  it('that fails leaves the former place in use', async () => {
    const former = folder('former');
    await places.setPlace(former);
    await expect(places.setPlace(join(former, 'not there'))).rejects.toMatchObject({
      code: 'BACKUP_PLACE_MISSING',
    });
    const key = addKey();
    await places.protect(key);
    expect(places.place).toBe(former);
    expect(await keysIn(former)).toEqual([key]);
  });

  it('waits for a full copy to the former place, which does not become the place again', async () => {
    const [former, next] = [folder('former'), folder('next')];
    await places.setPlace(former);
    await Promise.all([places.full(), places.setPlace(next), places.full()]);
    expect(places.place).toBe(next);
    const copies = readdirSync(join(next, `keyreeve-${keystore.temporary.store.id}`));
    expect(copies.filter((name) => name.startsWith('full-'))).toHaveLength(2);
  });
});

describe('closing', () => {
  it('waits for what is under way; afterwards nothing is opened again', async () => {
    const place = folder('place');
    await places.setPlace(place);
    const full = places.full();
    const key = addKey();
    const append = places.protect(key);
    await places.close();
    await Promise.all([full, append]);
    await expect(places.protect(key)).rejects.toMatchObject({ code: 'KEYSTORE_LOCKED' });
    await expect(places.full()).rejects.toMatchObject({ code: 'KEYSTORE_LOCKED' });
    expect(await keysIn(place)).toEqual([key]);
  });
});

describe('the state of the place', () => {
  it('tells a place that cannot be read from one without a full copy', async () => {
    expect(places.status()).toMatchObject({ place: null, trouble: null, lastFullAt: null });
    const place = folder('stick');
    const { takenAt } = await places.setPlace(place);
    const there = { place, trouble: null, lastFullAt: takenAt };
    expect(places.status()).toMatchObject(there);
    renameSync(place, `${place}-pulled`);
    const trouble = { code: 'BACKUP_PLACE_MISSING', details: { place } };
    expect(places.status()).toMatchObject({ place, trouble, lastFullAt: null });
    // The mount point of a stick that is not plugged in: nothing goes there, and nothing is made there.
    mkdirSync(place);
    const away = { code: 'BACKUP_PLACE_MISSING', details: { place, emptied: true } };
    expect(places.status()).toMatchObject({ place, trouble: away, lastFullAt: null });
    expect(places.trouble()?.details).toEqual({ place, emptied: true });
    await expect(places.full()).rejects.toMatchObject(away);
    await expect(places.protect(addKey())).rejects.toMatchObject({ code: 'BACKUP_PLACE_MISSING' });
    expect(readdirSync(place)).toEqual([]);
    renameSync(place, `${place}-empty`);
    renameSync(`${place}-pulled`, place);
    expect(places.status()).toMatchObject(there);
    // Another stick in the same folder, from now on: once a person chooses it.
    renameSync(place, `${place}-former`);
    mkdirSync(place);
    const anew = await places.setPlace(place);
    expect(places.status()).toMatchObject({ place, trouble: null, lastFullAt: anew.takenAt });
  });

  it('says that it is on the disk of the keystore, when it is chosen and afterwards', async () => {
    const place = folder('beside');
    expect((await places.setPlace(place)).remarks).toEqual([sameDiskRemark]);
    expect((await places.full()).remarks).toEqual([sameDiskRemark]);
    expect(places.status().sameDisk).toBe(true);
    expect(onOneDisk('/proc', keystore.temporary.store.path)).toBe(false);
  });
});
