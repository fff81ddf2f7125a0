import { notFound, OperationError } from '../../../../shared/errors/operation-error.ts';
import { Secret } from '../../kernel/secret.ts';
import { uuidv7 } from '../../kernel/uuid.ts';
import type { SealBinding } from '../../store/store.ts';
import { makeCredential } from '../../xks/wire/credential.ts';
import type { Domain, Row } from '../rows.ts';
import { credentialFrom, type ProxyCredential } from './rows.ts';

/** Pairs that KMS signs its requests to the proxy with: at most two of a store are valid at once. */
export interface ProxyCredentials {
  /** Valid ones, oldest first. */
  valid(storeId: string): readonly ProxyCredential[];
  all(storeId: string): readonly ProxyCredential[];
  /** By access key id, valid or not. @throws OperationError NOT_FOUND */
  find(accessKeyId: string): ProxyCredential;
  /** A new pair, made here. @throws OperationError XKS_TWO_CREDENTIALS */
  make(storeId: string): ProxyCredential;
  /** Erases the secret. @throws OperationError XKS_LAST_CREDENTIAL */
  retire(id: string): void;
  /** The secret of a valid one, as the text AWS is given. The caller disposes it. */
  secret(id: string): Secret;
}

const mostValid = 2;
const binding = (id: string): SealBinding => ({
  table: 'proxy_credential',
  row: id,
  column: 'secret',
  state: 'valid',
  policy: 'given to AWS KMS and to the XKS proxy only',
});

export function createProxyCredentials(domain: Domain): ProxyCredentials {
  const { store, clock, random } = domain;
  const { db } = store;
  const sql = {
    valid: db.prepare<[string], Row>(
      'select * from proxy_credential where store_id = ? and retired_at is null order by made_at, id',
    ),
    all: db.prepare<[string], Row>(
      'select * from proxy_credential where store_id = ? order by made_at, id',
    ),
    named: db.prepare<[string], Row>('select * from proxy_credential where access_key_id = ?'),
    one: db.prepare<[string], Row>('select * from proxy_credential where id = ?'),
    insert: db.prepare(
      `insert into proxy_credential (id, store_id, access_key_id, made_at)
       values (@id, @storeId, @accessKeyId, @madeAt)`,
    ),
    retire: db.prepare('update proxy_credential set retired_at = ? where id = ?'),
  };
  const known = (row: Row | undefined): ProxyCredential => {
    if (row) return credentialFrom(row);
    throw notFound('proxy credential');
  };
  const valid = (storeId: string) => sql.valid.all(storeId).map(credentialFrom);

  return {
    valid,
    all: (storeId) => sql.all.all(storeId).map(credentialFrom),
    find: (accessKeyId) => known(sql.named.get(accessKeyId)),
    make: (storeId) =>
      store.change(() => {
        if (valid(storeId).length >= mostValid) throw new OperationError('XKS_TWO_CREDENTIALS');
        const { accessKeyId, secretAccessKey } = makeCredential(random);
        const id = uuidv7(domain);
        sql.insert.run({ id, storeId, accessKeyId, madeAt: clock.now() });
        using secret = Secret.adopt(Buffer.from(secretAccessKey, 'latin1'));
        store.seals.put(binding(id), secret);
        return known(sql.one.get(id));
      }),
    retire: (id) => {
      store.change(() => {
        const found = known(sql.one.get(id));
        if (found.retiredAt !== null) return;
        if (valid(found.storeId).length < 2) throw new OperationError('XKS_LAST_CREDENTIAL');
        sql.retire.run(clock.now(), id);
        store.seals.erase('proxy_credential', id, 'secret');
      });
    },
    secret: (id) => store.seals.open(binding(id)),
  };
}
