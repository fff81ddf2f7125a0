import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Secret } from '../kernel/secret.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import type { SealBinding } from '../store/store.ts';
import { type Credential, credentialFrom, type Domain } from './rows.ts';

export type NewCredential = Omit<
  Credential,
  'id' | 'account' | 'principalArn' | 'connection' | 'problem' | 'testedAt'
>;

/** Credentials for AWS. Their secrets are sealed records; no reading of this table shows one. */
export interface Credentials {
  list(): readonly Credential[];
  byId(id: string): Credential | null;
  /** @throws OperationError NOT_FOUND */
  get(id: string): Credential;
  /** @throws OperationError NAME_TAKEN */
  add(credential: NewCredential, secrets: Readonly<Record<string, Secret>>): Credential;
  noteTest(
    id: string,
    result: Pick<Credential, 'connection' | 'problem'> &
      Partial<Pick<Credential, 'account' | 'principalArn'>>,
  ): Credential;
  groupsUsing(id: string): number;
  /** @throws OperationError CREDENTIAL_IN_USE */
  remove(id: string): void;
  /** One sealed part of a credential: `secretAccessKey`, `sessionToken`. */
  secret(id: string, part: string): Secret | null;
}

const parts = ['secretAccessKey', 'sessionToken'] as const;
const binding = (id: string, part: string): SealBinding => ({
  table: 'credential',
  row: id,
  column: part,
  state: 'active',
  policy: 'aws credential',
});

export function createCredentials(domain: Domain): Credentials {
  const { store } = domain;
  const { db } = store;
  const all = db.prepare('select * from credential order by name');
  const one = db.prepare('select * from credential where id = ?');
  const named = db.prepare('select 1 from credential where name = ?');
  const users = db.prepare(
    'select (select count(*) from key_group where credential_id = @id) + (select count(*) from credential where source_id = @id) as n',
  );
  const insert = db.prepare(
    `insert into credential (id, name, kind, access_key_id, endpoint, profile, source_id, role_arn,
       external_id, mfa_serial, expires_at, created_at)
     values (@id, @name, @kind, @accessKeyId, @endpoint, @profile, @sourceId, @roleArn, @externalId,
       @mfaSerial, @expiresAt, @createdAt)`,
  );

  const byId = (id: string): Credential | null => {
    const row = one.get(id) as Record<string, unknown> | undefined;
    return row ? credentialFrom(row) : null;
  };
  const get = (id: string): Credential => {
    const found = byId(id);
    if (!found) throw new OperationError('NOT_FOUND', { what: 'credential', reference: id });
    return found;
  };
  const groupsUsing = (id: string) => (users.get({ id }) as { n: number }).n;

  return {
    byId,
    get,
    groupsUsing,
    list: () => (all.all() as Record<string, unknown>[]).map(credentialFrom),
    add: (credential, secrets) =>
      store.change(() => {
        if (named.get(credential.name)) {
          throw new OperationError('NAME_TAKEN', { what: 'credential', name: credential.name });
        }
        const id = uuidv7(domain);
        insert.run({ ...credential, id, createdAt: domain.clock.now() });
        for (const [part, secret] of Object.entries(secrets))
          store.seals.put(binding(id, part), secret);
        return get(id);
      }),
    noteTest: (id, result) =>
      store.change(() => {
        const now = get(id);
        db.prepare(
          'update credential set connection = ?, problem = ?, account = ?, principal_arn = ?, tested_at = ? where id = ?',
        ).run(
          result.connection,
          result.problem,
          result.account ?? now.account,
          result.principalArn ?? now.principalArn,
          domain.clock.now(),
          id,
        );
        return get(id);
      }),
    remove: (id) => {
      store.change(() => {
        const groups = groupsUsing(id);
        if (groups > 0)
          throw new OperationError('CREDENTIAL_IN_USE', { name: get(id).name, groups });
        for (const part of parts) {
          if (store.seals.has('credential', id, part)) store.seals.erase('credential', id, part);
        }
        db.prepare('delete from credential where id = ?').run(id);
      });
    },
    secret: (id, part) =>
      store.seals.has('credential', id, part) ? store.seals.open(binding(id, part)) : null,
  };
}
