import type { CloudCredential, RoleCredential } from '../credential.ts';

type Plain = Exclude<CloudCredential, RoleCredential>;

/** A connection's own copy of a credential, so that the caller may wipe its own at any time. */
export function copyOfCredential(credential: CloudCredential): CloudCredential {
  return credential.kind === 'assume-role'
    ? { ...credential, source: copyOfPlain(credential.source) }
    : copyOfPlain(credential);
}

function copyOfPlain(credential: Plain): Plain {
  switch (credential.kind) {
    case 'keys':
      return { ...credential, secretAccessKey: credential.secretAccessKey.clone() };
    case 'session':
      return {
        ...credential,
        secretAccessKey: credential.secretAccessKey.clone(),
        sessionToken: credential.sessionToken.clone(),
      };
    case 'profile':
      return credential;
  }
}

/** Zeroes every secret of it, of the credential that a role is assumed with too. A profile holds none. */
export function disposeCredential(credential: CloudCredential): void {
  switch (credential.kind) {
    case 'keys':
      return credential.secretAccessKey.dispose();
    case 'session':
      credential.secretAccessKey.dispose();
      return credential.sessionToken.dispose();
    case 'assume-role':
      return disposeCredential(credential.source);
    case 'profile':
  }
}

/** Stands for the account in the queues until AWS has told it. A role names its account. */
export function ownerOf(credential: CloudCredential): string {
  switch (credential.kind) {
    case 'keys':
    case 'session':
      return credential.accessKeyId;
    case 'profile':
      return `profile ${credential.profile}`;
    case 'assume-role':
      return /^arn:[a-z-]+:iam::(\d{12}):/.exec(credential.roleArn)?.[1] ?? credential.roleArn;
  }
}
