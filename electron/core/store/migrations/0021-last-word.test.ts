import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { Wishes } from '../../jobs/wishes.ts';
import type { JobKind } from '../../jobs/kind.ts';
import { aliasMatter } from '../../jobs/kinds/matters.ts';
import { lastWord } from './0021-last-word.ts';
import { migrations } from './index.ts';

it('knows of jobs that were open before what they decide, and lets a deed be asked for again', () => {
  const db = new Database(':memory:');
  const at = migrations.findIndex(({ id }) => id === lastWord.id);
  for (const { up } of migrations.slice(0, at)) db.exec(up);
  const add = (number: number, kind: string, deed: string, payload: object): void => {
    db.prepare(
      `insert into job (number, id, kind, title, subjects, order_key, deed_key, payload, state, actor,
         channel, device, incarnation, created_at, position, steps)
       values (?, ?, ?, ?, '{}', 'g', ?, ?, 'waiting', 'a', 'c', 'd', 'i', 0, ?, 2)`,
    ).run(number, `job-${number}`, kind, kind, deed, JSON.stringify(payload), number);
  };
  add(1000, 'group.rotate-material', 'force-rotate:g', { groupId: 'g' });
  add(1001, 'key.make-active', 'make-active:v1', { groupId: 'g', keyId: 'v1' });
  add(1002, 'key.make-active', 'make-active:v2', { groupId: 'g', keyId: 'v2' });
  add(1003, 'key.disable-now', 'disable:v1', { groupId: 'g', keyId: 'v1' });
  add(1004, 'xks-store.connect', 'connect:s', { storeId: 's' });
  add(1007, 'key.enable', 'enable:v1', { groupId: 'g', keyId: 'v1' });
  add(1005, 'key.discard', 'discard:v1', { groupId: 'g', keyId: 'v1' });
  db.exec(lastWord.up);
  expect(db.prepare('select matter from job order by number').pluck().all()).toEqual([
    'alias:g',
    'alias:g',
    'alias:g',
    'state:v1',
    'connection:s',
    'key.discard:discard:v1',
    'state:v1',
  ]);
  const kind = {
    name: 'key.make-active',
    deedKey: (keyId: string) => `make-active:${keyId}`,
    matter: () => aliasMatter('g'),
  } as unknown as JobKind<string>;
  const wishes = new Wishes({ db });
  expect(wishes.lastWord(kind, 'v1')).toBeNull();
  expect(wishes.lastWord(kind, 'v2')?.number).toBe(1002);
  add(1006, 'key.make-active', 'make-active:v1', { groupId: 'g', keyId: 'v1' });
  expect(wishes.open('key.make-active', 'make-active:v1')?.number).toBe(1006);
  db.close();
});
