import type { Json } from '../../../shared/model/json.ts';
import type { Store } from '../store/store.ts';

/** Small facts of the keystore that have no table of their own, by name. */
export interface Settings {
  read(name: string): Json;
  write(name: string, value: Json): void;
}

export function createSettings(store: Store): Settings {
  const one = store.db.prepare('select value from setting where key = ?');
  const put = store.db.prepare(
    'insert into setting (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
  );
  return {
    read: (name) => {
      const row = one.get(name) as { value: string } | undefined;
      return row ? (JSON.parse(row.value) as Json) : null;
    },
    write: (name, value) => {
      store.change(() => put.run(name, JSON.stringify(value)));
    },
  };
}
