import { notFound, OperationError } from '../../../../shared/errors/operation-error.ts';
import { uuidv7 } from '../../kernel/uuid.ts';
import type { Domain, Row } from '../rows.ts';
import { keptName } from '../names.ts';
import { ruleFrom, type XksRule } from './rows.ts';

/** Rules over the metadata of requests, of a whole store or of one of its keys. */
export interface XksRules {
  /** Those of the store itself (`keyId` null) or of one key, oldest first. */
  of(storeId: string, keyId: string | null): readonly XksRule[];
  ofStore(storeId: string): readonly XksRule[];
  /**
   * By id or by name.
   * @throws OperationError NOT_FOUND, AMBIGUOUS_NAME
   */
  find(reference: string): XksRule;
  add(rule: Omit<XksRule, 'id'>): XksRule;
  /** One that {@link find} answered. */
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
    named: db.prepare<[string], Row>('select * from xks_rule where name = ? order by made_at, id'),
    insert: db.prepare(
      `insert into xks_rule (id, store_id, key_id, name, effect, conditions, made_at)
       values (@id, @storeId, @keyId, @name, @effect, @conditions, @madeAt)`,
    ),
    erase: db.prepare('delete from xks_rule where id = ?'),
  };
  const ofStore = (storeId: string) => sql.ofStore.all(storeId).map(ruleFrom);
  const find = (reference: string): XksRule => {
    const one = sql.one.get(reference);
    const rules = (one ? [one] : sql.named.all(keptName(reference))).map(ruleFrom);
    const [first, second] = rules;
    if (first === undefined) throw notFound('rule');
    if (second === undefined) return first;
    const candidates = rules.slice(0, 10).map(({ name, id }) => `${name} (${id})`);
    throw new OperationError('AMBIGUOUS_NAME', { what: 'rule', reference, candidates });
  };
  return {
    of: (storeId, keyId) => ofStore(storeId).filter((rule) => rule.keyId === keyId),
    ofStore,
    find,
    add: (rule) =>
      store.change(() => {
        const id = uuidv7(domain);
        const { when, ...fields } = rule;
        const conditions = JSON.stringify(when);
        const name = keptName(fields.name);
        sql.insert.run({ ...fields, name, id, conditions, madeAt: clock.now() });
        return find(id);
      }),
    remove: (id) => {
      store.change(() => sql.erase.run(id));
    },
  };
}
