import type { FoundKey } from '../../../shared/contract/scan.ts';
import { type Failure, OperationError } from '../../../shared/errors/operation-error.ts';
import type { KmsKey, ListedKey, Tag } from '../cloud/answers.ts';
import type { CallContext, CloudConnection } from '../cloud/cloud.ts';
import type { Standings } from './scan-standing.ts';

/** Keys read together; how fast is up to the pace that the adapter keeps. */
const together = 24;

export interface ScanPlace {
  readonly account: string;
  readonly region: string;
}

/** Told of while it is read. */
export interface ScanSink {
  listed(keys: number): void;
  aliasesFailed(failure: Failure): void;
  found(key: FoundKey): void;
  /** One of those listed is done with, also where it went meanwhile. */
  read(): void;
}

/**
 * Reads every KMS key of a place by calls that change nothing, and how each stands to this keystore. A key that
 * may not be read is a row that says so; whatever else fails ends it.
 * @throws OperationError, or the signal's reason
 */
export async function readKmsKeys(
  connection: CloudConnection,
  standings: Standings,
  { account, region }: ScanPlace,
  sink: ScanSink,
  context: CallContext,
): Promise<void> {
  // what is made here while it is listed must not be missed in that list
  const knownBefore = standings.knownAt(account, region);
  const { keys } = await connection.listKeys(context);
  sink.listed(keys.length);
  const aliases = await aliasesByKey(connection, sink, context);
  await inParallel(keys, async (listed) => {
    const seen = await look(connection, standings, listed, context);
    if (seen) {
      const names = aliases.get(listed.keyId) ?? [];
      sink.found(standings.of({ ...listed, ...seen, aliases: names }));
    }
    sink.read();
  });
  const inList = new Set(keys.map(({ arn }) => arn));
  await inParallel(
    knownBefore.filter(({ arn }) => !inList.has(arn)),
    async (known) => {
      // AWS shows what is new late in its list; only the key itself can tell that it is no more
      const listed = { keyId: known.arn, arn: known.arn };
      const seen = await look(connection, standings, listed, context);
      if (seen === null) sink.found(standings.missing(known));
      else {
        const keyId = known.arn.slice(known.arn.lastIndexOf('/') + 1);
        const names = aliases.get(keyId) ?? [];
        sink.found(standings.of({ ...listed, ...seen, keyId, aliases: names }));
      }
    },
  );
}

interface Look {
  readonly read: KmsKey | null;
  readonly tags: readonly Tag[] | null;
  readonly failure: Failure | null;
}

/** Null where AWS has no such key any more. */
async function look(
  connection: CloudConnection,
  standings: Standings,
  { keyId }: ListedKey,
  context: CallContext,
): Promise<Look | null> {
  try {
    const read = await connection.describeKey(keyId, context);
    const tags = standings.wantsTags(read) ? await tagsOf(connection, keyId, context) : null;
    return { read, tags, failure: null };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    if (error.code === 'AWS_KEY_GONE') return null;
    if (error.code !== 'AWS_ACCESS_DENIED') throw error;
    return { read: null, tags: null, failure: error.toFailure() };
  }
}

/** The description carries the marker too: without its tags a key tells less, and is told all the same. */
async function tagsOf(
  connection: CloudConnection,
  keyId: string,
  context: CallContext,
): Promise<readonly Tag[] | null> {
  try {
    return (await connection.listTags(keyId, context)).tags;
  } catch (error) {
    if (error instanceof OperationError && error.code === 'AWS_ACCESS_DENIED') return null;
    throw error;
  }
}

async function aliasesByKey(
  connection: CloudConnection,
  sink: ScanSink,
  context: CallContext,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const byKey = new Map<string, string[]>();
  try {
    const { aliases } = await connection.listAliases(null, context);
    for (const { name, keyId } of aliases) {
      if (keyId === null) continue;
      const names = byKey.get(keyId);
      if (names) names.push(name);
      else byKey.set(keyId, [name]);
    }
  } catch (error) {
    if (!(error instanceof OperationError) || error.code !== 'AWS_ACCESS_DENIED') throw error;
    sink.aliasesFailed(error.toFailure());
  }
  return byKey;
}

/** One that fails ends the others before their next. */
async function inParallel<T>(
  things: readonly T[],
  read: (thing: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (!failed) {
      const at = next++;
      if (at >= things.length) return;
      try {
        await read(things[at] as T);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const settled = await Promise.allSettled(
    Array.from({ length: Math.min(together, things.length) }, work),
  );
  const first = settled.find((each) => each.status === 'rejected');
  if (first) throw first.reason;
}
