import type { Json } from '../../../shared/model/json.ts';
import type { Store } from '../store/store.ts';

/** Small facts of the keystore that have no table of their own, by name. */
export interface Settings {
  /** Null when it was never written. */
  read(name: string): Json;
  write(name: string, value: Json): void;
  forget(name: string): void;
}

export function createSettings(store: Store): Settings {
  const one = store.db.prepare<[string], string>('select value from setting where key = ?').pluck();
  const put = store.db.prepare(
    'insert into setting (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
  );
  const drop = store.db.prepare('delete from setting where key = ?');
  return {
    read: (name) => {
      const value = one.get(name);
      return value === undefined ? null : (JSON.parse(value) as Json);
    },
    write: (name, value) => {
      store.change(() => put.run(name, JSON.stringify(value)));
    },
    forget: (name) => {
      store.change(() => drop.run(name));
    },
  };
}
