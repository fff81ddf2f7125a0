import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Cloud, CloudConnection } from '../cloud/cloud.ts';
import { disposeCredential } from '../cloud/aws/credential-copy.ts';
import type { Patience } from '../cloud/patience.ts';
import type { CloudCredential } from '../cloud/credential.ts';
import type { Credentials } from '../keystore/credentials.ts';
import type { Credential } from '../keystore/rows.ts';
import type { Realm } from '../store/store.ts';

/** Open connections to AWS, one per credential and Region, closed with the keystore. */
export interface Connections {
  /** @throws OperationError BAD_INPUT, REALM_MISMATCH, AWS_NOT_PRACTICE, CREDENTIAL_REJECTED */
  get(
    credential: Credential,
    region: string,
    account: string | null,
    patience?: Patience,
  ): Promise<CloudConnection>;
  /** After a credential was removed, or its settings changed. */
  drop(credentialId: string): void;
  close(): void;
}

interface Entry {
  readonly credentialId: string;
  readonly connection: Promise<CloudConnection>;
}

/**
 * Connections are opened when they are first asked for. One that cannot be opened is forgotten, so that the next
 * call tries anew.
 */
export function createConnections(
  cloud: Cloud,
  credentials: Credentials,
  realm: Realm,
): Connections {
  const open = new Map<string, Entry>();
  const end = (entry: Entry) => {
    void entry.connection.then(
      (connection) => connection.close(),
      () => undefined,
    );
  };

  const connect = async (
    credential: Credential,
    region: string,
    account: string | null,
    patience?: Patience,
  ) => {
    const secrets = credentialSecrets(credentials, credential);
    let tls: ReturnType<Credentials['tls']['choiceOf']> = null;
    try {
      tls = credentials.tls.choiceOf(credential.id);
      return await cloud.connect({
        realm,
        region,
        endpoint: credential.endpoint,
        credential: secrets,
        account,
        ...(tls ? { tls } : {}),
        ...(patience ? { patience } : {}),
      });
    } finally {
      disposeCredential(secrets);
      tls?.client?.privateKeyPem.dispose();
    }
  };

  return {
    get: (credential, region, account, patience) => {
      const name = [credential.id, region, patience?.tries ?? ''].join(' ');
      const known = open.get(name);
      if (known) return known.connection;
      const entry = {
        credentialId: credential.id,
        connection: connect(credential, region, account, patience),
      };
      open.set(name, entry);
      // A connection that could not be made is tried afresh by the next caller.
      entry.connection.catch(() => {
        if (open.get(name) === entry) open.delete(name);
      });
      return entry.connection;
    },
    drop: (credentialId) => {
      for (const [name, entry] of open) {
        if (entry.credentialId !== credentialId) continue;
        open.delete(name);
        end(entry);
      }
    },
    close: () => {
      for (const entry of open.values()) end(entry);
      open.clear();
    },
  };
}

/** A credential with its secrets opened. The caller disposes them. */
function credentialSecrets(credentials: Credentials, credential: Credential): CloudCredential {
  const secret = (part: string) => {
    const found = credentials.secret(credential.id, part);
    if (!found)
      throw new OperationError('CREDENTIAL_REJECTED', {
        credential: credential.name,
        problem: `its ${part} is missing`,
      });
    return found;
  };
  const { name } = credential;
  switch (credential.kind) {
    case 'keys':
      return {
        kind: 'keys',
        name,
        accessKeyId: credential.accessKeyId ?? '',
        secretAccessKey: secret('secretAccessKey'),
      };
    case 'session':
      return {
        kind: 'session',
        name,
        accessKeyId: credential.accessKeyId ?? '',
        secretAccessKey: secret('secretAccessKey'),
        sessionToken: secret('sessionToken'),
        expiresAt: credential.expiresAt,
      };
    case 'profile':
      return { kind: 'profile', name, profile: credential.profile ?? 'default' };
    case 'assume-role': {
      const source = credentialSecrets(credentials, credentials.get(credential.sourceId ?? ''));
      if (source.kind === 'assume-role') {
        disposeCredential(source);
        throw new OperationError('CREDENTIAL_REJECTED', {
          credential: credential.name,
          problem: 'a role cannot be taken on with another role',
        });
      }
      return {
        kind: 'assume-role',
        name,
        source,
        roleArn: credential.roleArn ?? '',
        ...(credential.externalId === null ? {} : { externalId: credential.externalId }),
        ...(credential.mfaSerial === null ? {} : { mfaSerial: credential.mfaSerial }),
      };
    }
  }
}
