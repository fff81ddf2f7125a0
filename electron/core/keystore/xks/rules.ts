import { notFound } from '../../../../shared/errors/operation-error.ts';
import { uuidv7 } from '../../kernel/uuid.ts';
import type { Domain, Row } from '../rows.ts';
import { ruleFrom, type XksRule } from './rows.ts';

/** Rules over the metadata of requests, of a whole store or of one of its keys. */
export interface XksRules {
  /** Those of the store itself (`keyId` null) or of one key, oldest first. */
  of(storeId: string, keyId: string | null): readonly XksRule[];
  ofStore(storeId: string): readonly XksRule[];
  /** @throws OperationError NOT_FOUND */
  get(id: string): XksRule;
  add(rule: Omit<XksRule, 'id'>): XksRule;
  remove(id: string): void;
}

export function createXksRules(domain: Domain): XksRules {
  const { store, clock } = domain;
  const { db } = store;
  const sql = {
    ofStore: db.prepare<[string], Row>(
      'select * from xks_rule where store_id = ? order by made_at, id',
    ),
    one: db.prepare<[string], Row>('select * from xks_rule where id = ?'),
    insert: db.prepare(
      `insert into xks_rule (id, store_id, key_id, name, effect, conditions, made_at)
       values (@id, @storeId, @keyId, @name, @effect, @conditions, @madeAt)`,
    ),
    erase: db.prepare('delete from xks_rule where id = ?'),
  };
  const ofStore = (storeId: string) => sql.ofStore.all(storeId).map(ruleFrom);
  const get = (id: string): XksRule => {
    const row = sql.one.get(id);
    if (!row) throw notFound('rule');
    return ruleFrom(row);
  };
  return {
    of: (storeId, keyId) => ofStore(storeId).filter((rule) => rule.keyId === keyId),
    ofStore,
    get,
    add: (rule) =>
      store.change(() => {
        const id = uuidv7(domain);
        const { when, ...fields } = rule;
        const conditions = JSON.stringify(when);
        sql.insert.run({ ...fields, id, conditions, madeAt: clock.now() });
        return get(id);
      }),
    remove: (id) => {
      store.change(() => sql.erase.run(get(id).id));
    },
  };
}
