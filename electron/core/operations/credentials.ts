import type { z } from 'zod';
import type { credentialOps, credentialView } from '../../../shared/contract/credential.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { failureName } from '../../../shared/text/failures.ts';
import { readAccessKeyFile } from '../cloud/credential-file.ts';
import { Secret } from '../kernel/secret.ts';
import type { NewCredential } from '../keystore/credentials.ts';
import type { Credential } from '../keystore/rows.ts';
import { credentialTlsHandlers, tlsOf } from './credential-tls.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { findForCredential } from './scan.ts';

type Input = z.output<typeof credentialOps.import.input>;

const view = (open: OpenKeystore, credential: Credential): z.output<typeof credentialView> => {
  const {
    profile: _p,
    sourceId: _s,
    roleArn: _r,
    externalId: _e,
    mfaSerial: _m,
    ...shown
  } = credential;
  const { id } = credential;
  return { ...shown, tls: tlsOf(open, id), usedBy: open.credentials.usersOf(id) };
};

const nothingMore = {
  profile: null,
  sourceId: null,
  roleArn: null,
  externalId: null,
  mfaSerial: null,
  expiresAt: null,
};

/** What is kept of a credential, and its secret parts. The caller disposes the secrets. */
function read(
  open: OpenKeystore,
  input: Input,
): { credential: NewCredential; secrets: Record<string, Secret> } {
  const common = { name: input.name, endpoint: input.endpoint, accessKeyId: null, ...nothingMore };
  switch (input.kind) {
    case 'csv': {
      const found = readAccessKeyFile(input.file);
      return {
        credential: { ...common, kind: 'keys', accessKeyId: found.accessKeyId },
        secrets: { secretAccessKey: found.secretAccessKey },
      };
    }
    case 'keys': {
      const secrets: Record<string, Secret> = {
        secretAccessKey: Secret.copyOf(input.secretAccessKey),
      };
      if (input.sessionToken) secrets['sessionToken'] = Secret.copyOf(input.sessionToken);
      const kind = input.sessionToken ? 'session' : 'keys';
      return {
        credential: { ...common, kind, accessKeyId: input.accessKeyId, expiresAt: input.expiresAt },
        secrets,
      };
    }
    case 'profile':
      return { credential: { ...common, kind: 'profile', profile: input.profile }, secrets: {} };
    case 'assume-role': {
      const source = open.references.credential(input.source);
      if (source.kind === 'assume-role') {
        throw new OperationError('BAD_INPUT', {
          field: 'source',
          problem: 'a role cannot be taken on with another role',
        });
      }
      return {
        credential: {
          ...common,
          kind: 'assume-role',
          endpoint: input.endpoint ?? source.endpoint,
          sourceId: source.id,
          roleArn: input.roleArn,
          externalId: input.externalId ?? null,
          mfaSerial: input.mfaSerial ?? null,
        },
        secrets: {},
      };
    }
  }
}

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Practice credentials name a practice KMS on this computer; real ones never do. A real one with an
 * address that is not AWS's own needs a person's word: whoever answers there supplies the wrapping
 * key, and so could open what is wrapped.
 * @throws OperationError BAD_INPUT, REALM_MISMATCH, CONFIRMATION_NEEDED
 */
function requireEndpoint(open: OpenKeystore, endpoint: string | null, trusted: boolean): void {
  const { realm } = open.store;
  if (endpoint === null) {
    if (realm === 'real') return;
    const problem = 'a practice keystore needs the address of a practice KMS';
    throw new OperationError('BAD_INPUT', { field: 'endpoint', problem });
  }
  const url = new URL(endpoint);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    const problem = 'an address holds no user, password, query or fragment';
    throw new OperationError('BAD_INPUT', { field: 'endpoint', problem });
  }
  const here = loopback.has(url.hostname) || url.hostname.startsWith('127.');
  if (realm === 'practice' ? !loopback.has(url.hostname) : here) {
    throw new OperationError('REALM_MISMATCH', { keystore: realm, endpoint: url.origin });
  }
  if (realm === 'practice') return;
  if (url.protocol !== 'https:') {
    throw new OperationError('BAD_INPUT', {
      field: 'endpoint',
      problem: 'real keys go over https only',
    });
  }
  if (trusted) return;
  throw new OperationError('CONFIRMATION_NEEDED', {
    what: `send keys to ${url.origin}, which is not AWS's own address: whoever runs it could read them`,
    option: '--trust-endpoint',
  });
}

/** Asks AWS who a credential is and keeps the answer. */
export async function testCredential(
  open: OpenKeystore,
  credential: Credential,
  region?: string,
): Promise<Credential> {
  try {
    const identity = await open.identify(credential, region);
    return open.store.change(() => {
      const noted = open.credentials.noteTest(credential.id, {
        connection: 'Connected',
        problem: null,
        account: identity.account,
        principalArn: identity.principalArn,
      });
      open.groups.bindUsersOf(credential.id, identity.account);
      open.audit('OK', [credential.id], {
        name: credential.name,
        account: identity.account,
        principal: identity.principalArn,
      });
      return noted;
    });
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    open.credentials.noteTest(credential.id, {
      connection: 'Not Connected',
      problem: failureName(error),
    });
    throw error;
  } finally {
    open.changed('credential', credential.id);
  }
}

/** Credentials for AWS. No operation ever answers with a secret. */
export const credentialHandlers = (access: Access): HandlersOfNoun<'credential'> => ({
  list: () => {
    const open = access.open();
    return { credentials: open.credentials.list().map((credential) => view(open, credential)) };
  },
  import: (input) => {
    const open = access.open();
    const { credential, secrets } = read(open, input);
    try {
      requireEndpoint(open, credential.endpoint, input.trustEndpoint);
      const added = open.store.change(() => {
        const made = open.credentials.add(credential, secrets);
        open.requireApproval([], { title: `${made.name}, for ${made.endpoint ?? 'AWS'}` });
        open.audit('OK', [made.id], { name: made.name, kind: made.kind, endpoint: made.endpoint });
        return made;
      });
      open.changed('credential', added.id);
      return view(open, added);
    } finally {
      for (const secret of Object.values(secrets)) secret.dispose();
    }
  },
  test: async (input) => {
    const open = access.open();
    return view(
      open,
      await testCredential(open, open.references.credential(input.credential), input.region),
    );
  },
  findInAws: findForCredential(access),
  ...credentialTlsHandlers(access),
  remove: (input) => {
    const open = access.open();
    const credential = open.references.credential(input.credential);
    if (!input.confirm) {
      throw new OperationError('CONFIRMATION_NEEDED', {
        what: `remove credential ${credential.name}`,
      });
    }
    open.store.change(() => {
      open.credentials.remove(credential.id);
      open.audit('OK', [credential.id], { name: credential.name });
    });
    open.forget(credential.id);
    open.changed('credential', credential.id);
    return {};
  },
});
