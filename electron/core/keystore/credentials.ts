import { inNameOrder } from '../../../shared/model/name-order.ts';
import { notFound, OperationError } from '../../../shared/errors/operation-error.ts';
import type { Secret } from '../kernel/secret.ts';
import { uuidv7 } from '../kernel/uuid.ts';
import type { SealBinding } from '../store/store.ts';
import { createTlsSettings, type TlsSettings } from './credential-tls.ts';
import { keptName } from './names.ts';
import { type Credential, credentialFrom, type Domain, type Row } from './rows.ts';

export type NewCredential = Omit<
  Credential,
  'id' | 'account' | 'principalArn' | 'connection' | 'problem' | 'testedAt'
>;

/** How many groups, external key stores and other credentials (roles) go by one. */
export interface CredentialUsers {
  readonly groups: number;
  readonly stores: number;
  readonly roles: number;
}

/** Credentials for AWS. Their secrets are sealed records; no reading of this table shows one. */
export interface Credentials {
  readonly tls: TlsSettings;
  list(): readonly Credential[];
  byId(id: string): Credential | null;
  /** @throws OperationError NOT_FOUND */
  get(id: string): Credential;
  /** @throws OperationError NAME_TAKEN, NOT_FOUND (the source) */
  add(credential: NewCredential, secrets: Readonly<Record<string, Secret>>): Credential;
  noteTest(
    id: string,
    result: Pick<Credential, 'connection' | 'problem'> &
      Partial<Pick<Credential, 'account' | 'principalArn'>>,
  ): Credential;
  /** It is met by other settings from now on: how the last test went says nothing any more. */
  noteUntested(id: string): Credential;
  /** Practice only: the practice KMS of this keystore answers at another address now. */
  moveEndpoint(id: string, endpoint: string): Credential;
  /** What goes by this one. */
  usersOf(id: string): CredentialUsers;
  /** Removes it and erases its secrets. @throws OperationError CREDENTIAL_IN_USE, NOT_FOUND */
  remove(id: string): void;
  /** One sealed part of a credential: `secretAccessKey`, `sessionToken`. */
  secret(id: string, part: string): Secret | null;
}

const table = 'credential';
const binding = (id: string, part: string): SealBinding => ({
  table,
  row: id,
  column: part,
  state: 'active',
  policy: 'aws credential',
});

export function createCredentials(domain: Domain): Credentials {
  return new CredentialTable(domain);
}

class CredentialTable implements Credentials {
  readonly tls: TlsSettings;
  readonly #domain: Domain;
  readonly #sql;

  constructor(domain: Domain) {
    this.#domain = domain;
    this.tls = createTlsSettings(domain);
    const { db } = domain.store;
    this.#sql = {
      all: db.prepare<[], Row>('select * from credential'),
      one: db.prepare<[string], Row>('select * from credential where id = ?'),
      named: db.prepare<[string], unknown>('select 1 from credential where name = ?'),
      users: db.prepare<[{ id: string }], CredentialUsers>(
        `select (select count(*) from key_group where credential_id = @id) as groups,
           (select count(*) from external_store where credential_id = @id) as stores,
           (select count(*) from credential where source_id = @id) as roles`,
      ),
      insert: db.prepare(
        `insert into credential (id, name, kind, access_key_id, endpoint, profile, source_id,
           role_arn, external_id, mfa_serial, expires_at, created_at)
         values (@id, @name, @kind, @accessKeyId, @endpoint, @profile, @sourceId,
           @roleArn, @externalId, @mfaSerial, @expiresAt, @createdAt)`,
      ),
      tested: db.prepare(
        `update credential set connection = ?, problem = ?, account = ?, principal_arn = ?,
           tested_at = ? where id = ?`,
      ),
      untested: db.prepare(
        `update credential set connection = 'Not tested', problem = null, tested_at = null
         where id = ?`,
      ),
      moved: db.prepare('update credential set endpoint = ? where id = ?'),
      sealedParts: db
        .prepare<[string, string], string>(
          'select column_name from sealed_record where table_name = ? and row_key = ?',
        )
        .pluck(),
      erase: db.prepare('delete from credential where id = ?'),
    };
  }

  list(): Credential[] {
    return inNameOrder(this.#sql.all.all().map(credentialFrom));
  }

  byId(id: string): Credential | null {
    const row = this.#sql.one.get(id);
    return row ? credentialFrom(row) : null;
  }

  get(id: string): Credential {
    const found = this.byId(id);
    if (!found) throw notFound('credential');
    return found;
  }

  add(credential: NewCredential, secrets: Readonly<Record<string, Secret>>): Credential {
    const { store, clock } = this.#domain;
    return store.change(() => {
      const name = keptName(credential.name);
      if (this.#sql.named.get(name))
        throw new OperationError('NAME_TAKEN', { what: 'credential', name });
      if (credential.sourceId !== null) this.get(credential.sourceId);
      const id = uuidv7(this.#domain);
      this.#sql.insert.run({ ...credential, name, id, createdAt: clock.now() });
      for (const [part, secret] of Object.entries(secrets))
        store.seals.put(binding(id, part), secret);
      return this.get(id);
    });
  }

  noteTest(id: string, result: Parameters<Credentials['noteTest']>[1]): Credential {
    const { store, clock } = this.#domain;
    return store.change(() => {
      const now = this.get(id);
      this.#sql.tested.run(
        result.connection,
        result.problem,
        result.account ?? now.account,
        result.principalArn ?? now.principalArn,
        clock.now(),
        id,
      );
      return this.get(id);
    });
  }

  noteUntested(id: string): Credential {
    return this.#domain.store.change(() => {
      this.#sql.untested.run(id);
      return this.get(id);
    });
  }

  moveEndpoint(id: string, endpoint: string): Credential {
    const { store } = this.#domain;
    return store.change(() => {
      if (store.realm !== 'practice') throw new OperationError('REALM_MISMATCH', { endpoint });
      this.#sql.moved.run(endpoint, id);
      return this.get(id);
    });
  }

  usersOf(id: string): CredentialUsers {
    return this.#sql.users.get({ id }) ?? { groups: 0, stores: 0, roles: 0 };
  }

  remove(id: string): void {
    const { store } = this.#domain;
    store.change(() => {
      const { name } = this.get(id);
      const users = this.usersOf(id);
      if (users.groups + users.stores + users.roles > 0)
        throw new OperationError('CREDENTIAL_IN_USE', { name, ...users });
      this.tls.reset(id);
      for (const part of this.#sql.sealedParts.all(table, id)) store.seals.erase(table, id, part);
      this.#sql.erase.run(id);
    });
  }

  secret(id: string, part: string): Secret | null {
    const { seals } = this.#domain.store;
    return seals.has(table, id, part) ? seals.open(binding(id, part)) : null;
  }
}
