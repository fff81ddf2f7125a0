import type { InputFor } from '../../../shared/contract/index.ts';
import type { TlsView } from '../../../shared/contract/credential-tls.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import {
  lookAt,
  type ReadCertificates,
  readAuthorities,
  readClient,
  readClientCertificate,
} from '../cloud/tls-certificates.ts';
import type { ClientKey, TlsSetting } from '../keystore/credential-tls.ts';
import type { Credential } from '../keystore/rows.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

type Verbs = 'tls' | 'previewTls' | 'setTls' | 'resetTls';
type Wish = InputFor<'credential.setTls'>;

/** Whom the connections of a credential believe to be AWS. */
export const credentialTlsHandlers = (
  access: Access,
): Pick<HandlersOfNoun<'credential'>, Verbs> => ({
  tls: (input) => {
    const open = access.open();
    const { id } = open.references.credential(input.credential);
    const shownOf = tlsOf(open, id);
    const setting = open.credentials.tls.of(id);
    return { tls: shownOf && setting ? { ...shownOf, ca: setting.ca } : null };
  },
  previewTls: (input) => {
    const now = access.open().clock.now();
    return {
      authorities: shown(readAuthorities(input.ca, now)),
      client:
        input.client === null ? null : shown(readClientCertificate(input.client.certificate, now)),
    };
  },
  setTls: (input) => {
    const open = access.open();
    const credential = open.references.credential(input.credential);
    requireTls(credential);
    const authorities = readAuthorities(input.ca, open.clock.now());
    const { clientCertificate, key } = clientOf(open, credential, input.client ?? null);
    try {
      requireTrust(authorities, input);
      const validateHost = input.validateHost ?? true;
      const setting = { ca: authorities.pem, validateHost, clientCertificate };
      keep(open, credential, setting, key);
      return { tls: tlsOf(open, credential.id) };
    } finally {
      if (key !== null && key !== 'kept') key.dispose();
    }
  },
  resetTls: (input) => {
    const open = access.open();
    const credential = open.references.credential(input.credential);
    if (open.credentials.tls.of(credential.id) === null) return { tls: null };
    open.store.change(() => {
      open.credentials.tls.reset(credential.id);
      open.credentials.noteUntested(credential.id);
      open.audit('OK', [credential.id], { name: credential.name });
    });
    applied(open, credential);
    return { tls: null };
  },
});

/** What is kept for a credential, as people compare it; null: as delivered. */
export function tlsOf(open: OpenKeystore, credentialId: string): TlsView | null {
  const setting = open.credentials.tls.of(credentialId);
  if (setting === null) return null;
  const now = open.clock.now();
  const { ca, validateHost, clientCertificate } = setting;
  return {
    authorities: shown(lookAt(ca, now)),
    validateHost,
    client: clientCertificate === null ? null : shown(lookAt(clientCertificate, now)),
  };
}

const shown = ({ certificates, remarks }: Omit<ReadCertificates, 'pem'>) => ({
  certificates: certificates.map((each) => ({ ...each })),
  remarks: [...remarks],
});

function requireTls({ endpoint, name }: Credential): void {
  if (endpoint === null || endpoint.startsWith('https:')) return;
  const problem = `“${name}” goes to ${endpoint}, without TLS: there is nothing to trust`;
  throw new OperationError('BAD_INPUT', { field: 'credential', problem });
}

/** Whoever supplies the wrapping key can open what is wrapped under it: a person says that they know. */
function requireTrust(authorities: ReadCertificates, wish: Wish): void {
  const names = authorities.certificates.map(({ subject }) => subject).join(', ');
  if (wish.trustAuthority !== true) {
    const what = `trust ${names} in place of Amazon: whoever holds that authority could read the keys sent to AWS`;
    throw new OperationError('CONFIRMATION_NEEDED', { what, option: '--trust-ca' });
  }
  if (wish.validateHost !== false || wish.trustAnyHost === true) return;
  const what = `leave the host name unchecked: whoever holds any certificate of ${names} could read the keys sent to AWS`;
  throw new OperationError('CONFIRMATION_NEEDED', { what, option: '--trust-any-host' });
}

function clientOf(
  open: OpenKeystore,
  credential: Credential,
  client: NonNullable<Wish['client']> | null,
): { clientCertificate: string | null; key: ClientKey } {
  if (client === null) return { clientCertificate: null, key: null };
  if (client !== 'kept') {
    const { pem, privateKeyPem } = readClient(client, open.clock.now());
    return { clientCertificate: pem, key: privateKeyPem };
  }
  const clientCertificate = open.credentials.tls.of(credential.id)?.clientCertificate ?? null;
  if (clientCertificate !== null) return { clientCertificate, key: 'kept' };
  throw new OperationError('BAD_INPUT', {
    field: 'client',
    problem: 'no client certificate is kept for this credential',
  });
}

function keep(open: OpenKeystore, credential: Credential, setting: TlsSetting, key: ClientKey) {
  const now = open.clock.now();
  const fingerprints = (pem: string) =>
    lookAt(pem, now).certificates.map(({ subject, fingerprint }) => `${subject} ${fingerprint}`);
  const { ca, validateHost, clientCertificate } = setting;
  open.store.change(() => {
    open.credentials.tls.set(credential.id, setting, key);
    open.credentials.noteUntested(credential.id);
    open.audit('OK', [credential.id], {
      name: credential.name,
      authorities: fingerprints(ca),
      validateHost,
      client: clientCertificate === null ? null : (fingerprints(clientCertificate)[0] ?? null),
    });
  });
  applied(open, credential);
}

/** Connections made by the former setting go at once: what comes next is met by this one. */
function applied(open: OpenKeystore, { id }: Credential): void {
  open.forget(id);
  open.changed('credential', id);
}
