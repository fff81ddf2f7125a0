import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import { failureName } from '../../../../../shared/text/failures.ts';
import type { ExternalStore, XksKey } from '../../../keystore/xks/rows.ts';
import type { Standing, StandingLine } from '../../kind.ts';
import { shortId } from '../reading.ts';
import type { DeedServices } from '../services.ts';
import { openStore, readKmsKey, readStore } from './opening.ts';

/** What a job on a store is about, and what it asked AWS for without knowing the answer. */
export interface Subject {
  readonly storeId: string;
  readonly keyId: string | null;
  readonly inDoubt: 'key-store' | 'kms-key' | null;
  /** The deed takes the store away: that AWS no longer has it is good. */
  readonly takesAway: boolean;
  /** The deed lets go of a KMS key: that AWS no longer has it is good. */
  readonly letsGo?: boolean;
}

/** Where things stand of a deed on a store, and on one of its keys: read from AWS where it answers. */
export async function storeStanding(services: DeedServices, subject: Subject): Promise<Standing> {
  const now = services.clock.now();
  const { model } = services.xks;
  const problem = await readAgain(services, subject);
  const key = subject.keyId === null ? null : model.keys.byId(subject.keyId);
  const store = model.stores.byId(subject.storeId);
  return {
    copies: { good: true, text: copies(services, key), readAt: now },
    aws: awsLine(store, key, subject, problem, now),
    applications: applicationsLine(store, now),
    data: { good: true, text: 'Data already encrypted is not touched', readAt: now },
  };
}

function awsLine(
  store: ExternalStore | null,
  key: XksKey | null,
  { inDoubt, takesAway, letsGo = false }: Subject,
  problem: string | null,
  now: number,
): StandingLine {
  const remote = store?.remote ?? null;
  const name = store?.name ?? 'the store';
  if (remote === null) {
    return inDoubt === 'key-store'
      ? { good: null, text: `AWS may have key store ${name}, made by this job`, readAt: now }
      : { good: true, text: 'AWS has no key store for it', readAt: now };
  }
  const { readAt } = remote;
  const named = `${name} (${remote.kmsStoreId})`;
  if (remote.state === 'GONE')
    return { good: takesAway, text: `AWS no longer has ${named}`, readAt };
  const kmsKey = key === null ? null : kmsKeyWords(key, inDoubt);
  const unread = problem === null ? '' : `, and could not be read since (${problem})`;
  const text = `${kmsKey === null ? '' : `${kmsKey}; `}${named} reads ${remote.state}${unread}`;
  const sure = problem === null && inDoubt === null;
  const asItShould = remote.state !== 'FAILED' && (letsGo || key?.remote?.state !== 'Gone');
  return { good: sure ? asItShould : null, text, readAt };
}

function kmsKeyWords({ remote }: XksKey, inDoubt: Subject['inDoubt']): string {
  if (remote?.state === 'Gone') return `AWS no longer has KMS key ${shortId(remote.kmsKeyId)}`;
  if (remote !== null) return `KMS key ${shortId(remote.kmsKeyId)} reads ${remote.state}`;
  return inDoubt === 'kms-key'
    ? 'AWS may hold one KMS key with the mark of this job'
    : 'No KMS key stands for it yet';
}

function applicationsLine(store: ExternalStore | null, now: number): StandingLine {
  const remote = store?.remote ?? null;
  const connected = remote?.state === 'CONNECTED';
  return {
    good: remote === null ? true : connected,
    text: connected
      ? 'Calls to KMS keys of this store reach the proxy'
      : 'KMS keys of this store cannot be used while it is not connected',
    readAt: remote?.readAt ?? now,
  };
}

function copies({ xks }: DeedServices, key: XksKey | null): string {
  if (!key) return 'External keys of this keystore are untouched';
  const version = xks.model.keys.versions(key.id).at(-1);
  if (key.onlyInHsm) return `${key.name} exists in its HSM only`;
  return version?.backedUpAt === null || version === undefined
    ? `${key.name} is saved in the keystore`
    : `${key.name} is saved in the keystore and in the backup`;
}

/** Why AWS could not be read; null when it was, or when there is nothing to read. */
async function readAgain(services: DeedServices, subject: Subject): Promise<string | null> {
  const store = services.xks.model.stores.byId(subject.storeId);
  if (!store?.remote) return null;
  try {
    const opened = await openStore(services, subject.storeId, {}, 'glance');
    await readStore(services, opened, {});
    if (subject.keyId !== null) await readKmsKey(services, subject.keyId, opened, {});
    return null;
  } catch (error) {
    if (error instanceof OperationError) return failureName(error);
    throw error;
  }
}
