import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { failureName } from '../../../../shared/text/failures.ts';
import type { AccountOwner } from '../../cloud/answers.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { Credentials } from '../../keystore/credentials.ts';
import type { Base } from '../../ports.ts';
import type { Store } from '../../store/store.ts';

/** An answer like the one before is not written again within this time (ms). */
const freshFor = 60_000;

/** Which account a connection is of; each time AWS is asked, it is a test of the credential too. */
export interface AccountsSeen extends Pick<WeakMap<CloudConnection, string>, 'get' | 'set'> {
  seen(connection: CloudConnection, credentialId: string, owner: AccountOwner): void;
  refused(credentialId: string, error: unknown): void;
}

export interface AccountsParts {
  readonly ports: Pick<Base, 'clock'>;
  readonly file: { readonly store: Store };
  readonly changed: (what: 'credential', credentialId: string) => void;
}

export function createAccountsSeen(
  { ports: { clock }, file: { store }, changed }: AccountsParts,
  credentials: Credentials,
): AccountsSeen {
  const accounts = new WeakMap<CloudConnection, string>();
  const note = (id: string, result: Parameters<Credentials['noteTest']>[1]): void => {
    // A look at a keystore that takes no changes changes nothing.
    const before = store.condition === 'verified' ? credentials.byId(id) : null;
    if (before === null) return;
    const same =
      before.connection === result.connection &&
      before.problem === result.problem &&
      (result.account === undefined || before.account === result.account);
    const age = clock.now() - (before.testedAt ?? 0);
    if (same && age >= 0 && age < freshFor) return;
    credentials.noteTest(id, result);
    changed('credential', id);
  };
  return {
    get: (connection) => accounts.get(connection),
    set: (connection, account) => accounts.set(connection, account),
    seen: (connection, credentialId, { account, principalArn }) => {
      accounts.set(connection, account);
      const who = principalArn === null ? { account } : { account, principalArn };
      note(credentialId, { connection: 'Connected', problem: null, ...who });
    },
    refused: (credentialId, error) => {
      if (!(error instanceof OperationError)) return;
      note(credentialId, { connection: 'Not Connected', problem: failureName(error) });
    },
  };
}
