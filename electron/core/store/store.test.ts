import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { createStoreWithRootKey } from './store-file.ts';
import { type TemporaryStore, temporaryStore } from './store.fixture.ts';

let temporary: TemporaryStore;
beforeEach(() => {
  temporary = temporaryStore();
});
afterEach(() => temporary.dispose());

const put = (key: string, value: string): void => {
  temporary.store.db
    .prepare(
      'insert into setting (key, value) values (?, ?) on conflict do update set value = excluded.value',
    )
    .run(key, value);
};
const get = (key: string): unknown =>
  temporary.store.db.prepare('select value from setting where key = ?').pluck().get(key);
const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof OperationError ? error.code : String(error);
  }
  return 'no error';
};

describe('a new store', () => {
  it('is verified, knows itself and counts its commits', () => {
    const { store } = temporary;
    expect(store.condition).toBe('verified');
    expect(store.realm).toBe('practice');
    expect(store.id).toMatch(/^[0-9a-f-]{36}$/);
    const before = store.stateRoot;
    const number = store.commitNumber;
    store.change(() => put('a', '1'));
    expect(store.commitNumber).toBe(number + 1);
    expect(store.stateRoot).not.toBe(before);
  });

  it('has a name that leaves room for those of the files beside it', async () => {
    const { clock, random, rootKey, path } = temporary;
    const folder = dirname(path);
    const before = readdirSync(folder);
    const make = (name: string) =>
      createStoreWithRootKey({
        path: join(folder, name),
        realm: 'practice',
        clock,
        random,
        rootKey,
      });
    make('é'.repeat(100)).close();
    const made = readdirSync(folder);
    expect(made.length).toBeGreaterThan(before.length);
    for (const name of ['é'.repeat(100) + 'x', 'x'.repeat(250), 'x'.repeat(300)])
      expect(code(() => make(name))).toBe('BAD_INPUT');
    expect(readdirSync(folder)).toEqual(made);
  });

  it('is checking when opened again, refuses changes, and settles in verified', async () => {
    temporary.store.change(() => put('a', '1'));
    const root = temporary.store.stateRoot;
    const store = await temporary.reopen();
    expect(store.condition).toBe('checking');
    expect(store.stateRoot).toBe(root);
    expect(get('a')).toBe('1');
    expect(code(() => store.change(() => put('a', '2')))).toBe('KEYSTORE_CHECKING');
    expect(await store.verify()).toBe('verified');
    store.change(() => put('a', '2'));
    expect(get('a')).toBe('2');
  });
});

describe('change', () => {
  it('keeps nothing of a work that throws', async () => {
    const { store } = temporary;
    const number = store.commitNumber;
    expect(() =>
      store.change(() => {
        put('a', '1');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(get('a')).toBeUndefined();
    expect(store.commitNumber).toBe(number);
    expect(await (await temporary.reopen()).verify()).toBe('verified');
  });

  it('undoes a nested change that throws and lets the outer one go on', async () => {
    const { store } = temporary;
    store.change(() => {
      put('outer', '1');
      expect(() =>
        store.change(() => {
          put('inner', '1');
          throw new Error('inner');
        }),
      ).toThrow('inner');
      put('after', '1');
    });
    expect([get('outer'), get('inner'), get('after')]).toEqual(['1', undefined, '1']);
    expect(await (await temporary.reopen()).verify()).toBe('verified');
  });

  it('counts a statement that failed half way as nothing', async () => {
    const { store } = temporary;
    store.change(() => {
      put('b', '1');
      // The second row breaks a constraint after the first has already been counted.
      expect(() =>
        store.db.prepare("insert into setting values ('a', 'x'), ('b', 'y')").run(),
      ).toThrow();
      put('c', '1');
    });
    expect(await (await temporary.reopen()).verify()).toBe('verified');
  });

  it('counts rows that REPLACE pushes out, upserts and deletes of everything', async () => {
    const { store } = temporary;
    store.change(() => {
      for (let i = 0; i < 50; i++) put(`k${i}`, 'v');
      store.db.exec("replace into setting values ('k1', 'w'), ('k2', 'w')");
      store.db.exec("update setting set key = 'renamed' where key = 'k3'");
    });
    store.change(() => store.db.exec("delete from setting where key like 'k4%'"));
    expect(await (await temporary.reopen()).verify()).toBe('verified');
    temporary.store.change(() => temporary.store.db.exec('delete from setting'));
    expect(await (await temporary.reopen()).verify()).toBe('verified');
  });

  it('is the only way to write', () => {
    const outside = /inside store.change only/;
    expect(() => put('a', '1')).toThrow(outside);
    temporary.store.change(() => put('a', '1'));
    expect(() => put('a', '2')).toThrow(outside);
    expect(() => temporary.store.db.exec('delete from setting')).toThrow(outside);
    expect(() => temporary.store.db.exec("update meta set incarnation = 'x'")).toThrow(outside);
    const record = "insert into audit_record values (1, 0, 'a', 'ok', '{}', zeroblob(32))";
    expect(() => temporary.store.db.exec(record)).toThrow(outside);
    expect(get('a')).toBe('1');
  });

  it('refuses asynchronous work and keeps nothing of it', () => {
    expect(() =>
      temporary.store.change(async () => {
        put('a', '1');
        await Promise.resolve();
      }),
    ).toThrow(/synchronous/);
    expect(get('a')).toBeUndefined();
  });

  it('commits nothing when nothing changed', () => {
    const number = temporary.store.commitNumber;
    expect(temporary.store.change(() => get('a'))).toBeUndefined();
    expect(temporary.store.commitNumber).toBe(number);
  });

  it('runs the hooks inside the commit; one that throws stops it', () => {
    const { store } = temporary;
    let fail = false;
    store.onCommit(() => {
      put('hooked', 'yes');
      if (fail) throw new Error('hook');
    });
    store.change(() => put('a', '1'));
    expect(get('hooked')).toBe('yes');
    fail = true;
    expect(() => store.change(() => put('a', '2'))).toThrow('hook');
    expect(get('a')).toBe('1');
  });
});

describe('changeSoon', () => {
  it('puts the works of one turn into one commit, each with its own outcome', async () => {
    const { store } = temporary;
    const number = store.commitNumber;
    const all = await Promise.allSettled([
      store.changeSoon(() => {
        put('a', '1');
        return 'first';
      }),
      store.changeSoon(() => {
        put('b', '1');
        throw new Error('second');
      }),
      store.changeSoon(() => {
        put('c', '1');
        return get('a');
      }),
    ]);
    expect(store.commitNumber).toBe(number + 1);
    expect(
      all.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason))),
    ).toEqual(['first', 'Error: second', '1']);
    expect([get('a'), get('b'), get('c')]).toEqual(['1', undefined, '1']);
    expect(await (await temporary.reopen()).verify()).toBe('verified');
  });

  it('comes before a change of the same turn, in the same commit', async () => {
    const { store } = temporary;
    const number = store.commitNumber;
    const soon = store.changeSoon(() => put('a', 'soon'));
    store.change(() => put('b', `${String(get('a'))} seen`));
    await soon;
    expect(get('b')).toBe('soon seen');
    expect(store.commitNumber).toBe(number + 1);
  });

  it('is not lost when the store closes in the same turn', async () => {
    const soon = temporary.store.changeSoon(() => put('a', '1'));
    await temporary.reopen();
    await soon;
    expect(get('a')).toBe('1');
  });

  it('answers with the refusal while checking and after closing', async () => {
    const store = await temporary.reopen();
    await expect(store.changeSoon(() => 1)).rejects.toMatchObject({ code: 'KEYSTORE_CHECKING' });
    store.close();
    await expect(store.changeSoon(() => 1)).rejects.toMatchObject({ code: 'KEYSTORE_LOCKED' });
    expect(code(() => store.change(() => 1))).toBe('KEYSTORE_LOCKED');
  });
});

it('derives keys by purpose', () => {
  const { store } = temporary;
  const hex = (purpose: string): string => {
    using key = store.derive(purpose);
    return key.use((bytes) => bytes.toString('hex'));
  };
  expect(hex('a')).toBe(hex('a'));
  expect(hex('a')).not.toBe(hex('b'));
  expect(hex('a')).toHaveLength(64);
});

it('keeps realm, id and audit records against any statement', () => {
  const { store } = temporary;
  expect(() => store.change(() => store.db.exec("update meta set realm = 'real'"))).toThrow(
    /realm/,
  );
  expect(() => store.change(() => store.db.exec('delete from meta'))).toThrow(/never deleted/);
  const record = "insert into audit_record values (1, 0, 'a', 'ok', '{}', zeroblob(32))";
  expect(() =>
    store.change(() => {
      store.db.exec(record);
      store.db.exec("update audit_record set action = 'b'");
    }),
  ).toThrow(/never changed/);
  expect(() =>
    store.change(() => {
      store.db.exec(record);
      store.db.exec('delete from audit_record');
    }),
  ).toThrow(/never deleted/);
});
