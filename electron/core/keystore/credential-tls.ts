import type { TlsChoice } from '../cloud/tls.ts';
import type { Secret } from '../kernel/secret.ts';
import type { SealBinding } from '../store/store.ts';
import type { Domain, Row } from './rows.ts';

/** Whom a credential believes to be AWS, without the private key. */
export interface TlsSetting {
  /** PEM of the authorities trusted in place of Amazon's. */
  readonly ca: string;
  readonly validateHost: boolean;
  /** PEM of the certificate that is shown when the server asks for one, with its chain. */
  readonly clientCertificate: string | null;
}

/** What becomes of the private key of a client certificate: a new one, the one that is kept, none. */
export type ClientKey = Secret | 'kept' | null;

/** TLS settings of credentials that have one of their own. The key is a sealed record. */
export interface TlsSettings {
  /** Null: as delivered. */
  of(credentialId: string): TlsSetting | null;
  /** For a connection; null: as delivered. The caller disposes the key. */
  choiceOf(credentialId: string): Extract<TlsChoice, { kind: 'custom-ca' }> | null;
  set(credentialId: string, setting: TlsSetting, key: ClientKey): void;
  /** Back to as delivered; the key is erased. @returns whether there was one */
  reset(credentialId: string): boolean;
}

const table = 'credential';
const column = 'tlsClientKey';
const binding = (row: string): SealBinding => ({
  table,
  row,
  column,
  state: 'active',
  policy: 'tls client key',
});

export function createTlsSettings({ store }: Domain): TlsSettings {
  const { db, seals } = store;
  const one = db.prepare<[string], Row>('select * from credential_tls where credential_id = ?');
  const write = db.prepare(
    `insert into credential_tls (credential_id, ca, validate_host, client_certificate)
     values (@id, @ca, @validateHost, @clientCertificate)
     on conflict do update set ca = excluded.ca, validate_host = excluded.validate_host,
       client_certificate = excluded.client_certificate`,
  );
  const erase = db.prepare('delete from credential_tls where credential_id = ?');
  const of = (id: string): TlsSetting | null => {
    const row = one.get(id);
    if (row === undefined) return null;
    return {
      ca: row['ca'] as string,
      validateHost: row['validate_host'] === 1,
      clientCertificate: row['client_certificate'] as string | null,
    };
  };
  return {
    of,
    choiceOf: (id) => {
      const setting = of(id);
      if (setting === null) return null;
      const { ca, validateHost, clientCertificate } = setting;
      const choice = { kind: 'custom-ca', caPem: ca, validateHost } as const;
      if (clientCertificate === null) return choice;
      const privateKeyPem = seals.open(binding(id));
      return { ...choice, client: { certificatePem: clientCertificate, privateKeyPem } };
    },
    set: (id, setting, key) =>
      store.change(() => {
        write.run({ id, ...setting, validateHost: setting.validateHost ? 1 : 0 });
        if (key === 'kept') return;
        if (key !== null) seals.put(binding(id), key);
        else if (seals.has(table, id, column)) seals.erase(table, id, column);
      }),
    reset: (id) =>
      store.change(() => {
        if (seals.has(table, id, column)) seals.erase(table, id, column);
        return erase.run(id).changes > 0;
      }),
  };
}
