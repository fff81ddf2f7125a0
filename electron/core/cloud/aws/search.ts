import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KmsKey, MarkedKey, Read } from '../answers.ts';
import type { CallContext, CloudConnection } from '../cloud.ts';
import { carriesMarker, checkMarker, markerTag } from '../marker.ts';
import { listTags } from './access.ts';
import { describeKey, listKeys } from './keys.ts';
import type { Link } from './link.ts';

/** Keys looked at together. */
const together = 8;

/**
 * Looks for keys that a CreateKey with a lost answer may have left. AWS lists no descriptions, so
 * every key is asked for; what matches is of the origin and carries the marker. How old it is says
 * nothing: the clock may have been wrong when the step began, and no marker is chosen twice. Nor does
 * its state: whoever has another copy of the keystore may have gone on with it.
 * The one to adopt comes first, see {@link byUse}; the others are flagged.
 */
export async function findByMarker(
  link: Link,
  search: Parameters<CloudConnection['findByMarker']>[0],
  context: CallContext = {},
): Promise<Read & { readonly keys: readonly MarkedKey[]; readonly looked: number }> {
  checkMarker(search.marker);
  const { keys: listed, ...read } = await listKeys(link, context);
  const ids = listed.map(({ keyId }) => keyId);
  const began = link.ports.clock.monotonic();
  const found = await describeAll(link, ids, context);
  context.note?.({
    call: 'DescribeKey',
    parameters: { keys: ids.length, Description: `[${search.marker}]` },
    requestId: null,
    took: Math.round(link.ports.clock.monotonic() - began),
    result: 'ok',
    changed: 'no',
  });
  const hits = found
    .filter((key) => key.origin === (search.origin ?? 'EXTERNAL'))
    .filter((key) => carriesMarker(key.description, search.marker))
    .sort(byUse);
  const keys: MarkedKey[] = [];
  for (const key of hits) {
    link.fresh.add(key.keyId, link.ports.clock.now(), key.createdAt);
    keys.push({ ...key, tagsAgree: await tagsAgree(link, key.keyId, search.marker, context) });
  }
  return { keys, looked: ids.length, ...read };
}

/** What went further is in use; what AWS is about to delete comes last. */
const inUse = ({ state }: KmsKey): number =>
  state === 'PendingDeletion' ? 2 : state === 'PendingImport' ? 1 : 0;

/** Of those alike the oldest: AWS may show another one late, and every look has to choose the same. */
const byUse = (a: KmsKey, b: KmsKey): number =>
  inUse(a) - inUse(b) || a.createdAt - b.createdAt || (a.keyId < b.keyId ? -1 : 1);

async function describeAll(
  link: Link,
  ids: readonly string[],
  context: CallContext,
): Promise<readonly KmsKey[]> {
  const queue = [...ids];
  const found: KmsKey[] = [];
  // thousands of reads would bury the step's other calls: they are noted as one
  const quiet: CallContext = context.signal ? { signal: context.signal } : {};
  const work = async (): Promise<void> => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      const key = await describeIfVisible(link, id, quiet);
      if (key) found.push(key);
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  return found;
}

/** A key that this credential may not see, or that just went, was not made by it. */
async function describeIfVisible(
  link: Link,
  keyId: string,
  context: CallContext,
): Promise<KmsKey | null> {
  try {
    return await describeKey(link, keyId, context);
  } catch (cause) {
    const invisible =
      cause instanceof OperationError &&
      (cause.code === 'AWS_ACCESS_DENIED' || cause.code === 'AWS_KEY_GONE');
    if (invisible) return null;
    throw cause;
  }
}

async function tagsAgree(
  link: Link,
  keyId: string,
  marker: string,
  context: CallContext,
): Promise<boolean | null> {
  try {
    const { tags } = await listTags(link, keyId, context);
    const tag = tags.find((each) => each.key === markerTag);
    return tag === undefined ? null : tag.value === marker;
  } catch (cause) {
    if (cause instanceof OperationError && cause.code === 'AWS_ACCESS_DENIED') return null;
    throw cause;
  }
}
