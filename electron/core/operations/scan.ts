import { OperationError } from '../../../shared/errors/operation-error.ts';
import { readScanMark, type ScanMark, writeScanMark } from '../../../shared/model/scan.ts';
import type { CloudConnection } from '../cloud/cloud.ts';
import { createMarkSearch } from '../jobs/mark-search.ts';
import { requireAccount } from '../jobs/kinds/reading.ts';
import { createKnownKmsKeys } from '../keystore/known-kms-keys.ts';
import type { Clock } from '../ports.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';
import { createStandings } from './scan-standing.ts';
import type { Scan, ScanSubject } from './scans.ts';

function begin(open: OpenKeystore, connection: CloudConnection, subject: ScanSubject): Scan {
  const { db } = open.store;
  const { keys, groups, references, xks } = open;
  const standings = createStandings({
    keys,
    groups,
    references,
    xks,
    storeId: open.store.id,
    known: createKnownKmsKeys(db),
    jobOf: createMarkSearch(open.store),
  });
  const { group, credential, account, region } = subject;
  open.audit('OK', [group?.id ?? credential.id], {
    name: group?.name ?? credential.name,
    account,
    region,
  });
  return open.scans.begin(subject, connection, standings);
}

/** Begins to read which KMS keys the account of a group holds in its Region. */
export const findForGroup = (access: Access): HandlersOfNoun<'group'>['findInAws'] => {
  return async (input) => {
    const open = access.open();
    const group = open.references.group(input.group);
    const { id, name } = open.credentials.get(group.credentialId);
    const connection = await open.deeds.connect(group);
    await requireAccount(open.deeds, connection, group, {});
    return begin(open, connection, {
      group: { id: group.id, name: group.name },
      credential: { id, name },
      account: open.deeds.accounts.get(connection) ?? '',
      region: group.region,
    }).view();
  };
};

/** The same for the account of a credential, in a Region that a person chose. */
export const findForCredential = (access: Access): HandlersOfNoun<'credential'>['findInAws'] => {
  return async (input) => {
    const open = access.open();
    const credential = open.references.credential(input.credential);
    const connection = await open.connect(credential, input.region);
    const owner = await connection.accountOwner();
    open.deeds.accounts.seen(connection, credential.id, owner);
    return begin(open, connection, {
      group: null,
      credential: { id: credential.id, name: credential.name },
      account: owner.account,
      region: input.region,
    }).view();
  };
};

/** @throws OperationError BAD_INPUT */
function requireMark(after: string): ScanMark {
  const mark = readScanMark(after);
  if (mark) return mark;
  throw new OperationError('BAD_INPUT', { field: 'after', problem: 'not a page mark' });
}

/** Resolves when it differs from `revision`, or when `waitMs` are over. */
async function moved(
  scan: Scan,
  clock: Clock,
  { revision, waitMs }: { readonly revision: number; readonly waitMs: number },
): Promise<void> {
  if (scan.view().revision !== revision || waitMs === 0) return;
  const enough = new AbortController();
  const end = scan.onMove(() => enough.abort());
  try {
    await clock.sleep(waitMs, enough.signal);
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  } finally {
    end();
  }
}

/** What was found in AWS, for as long as the keystore is open. */
export const scanHandlers = (access: Access): HandlersOfNoun<'scan'> => ({
  show: async (input) => {
    const open = access.open();
    const scan = open.scans.get(input.scan);
    await moved(scan, open.clock, input);
    return scan.view();
  },

  list: (input) => {
    const scan = access.open().scans.get(input.scan);
    const after = input.after === null ? null : requireMark(input.after);
    const { keys, total, more } = scan.page({ ...input, after });
    const last = more ? keys.at(-1) : undefined;
    return { keys: [...keys], total, next: last ? writeScanMark(last) : null };
  },

  stop: async (input) => {
    const open = access.open();
    const scan = open.scans.get(input.scan);
    await scan.stop();
    open.audit('OK', [scan.id], { read: scan.view().read });
    return scan.view();
  },
});
