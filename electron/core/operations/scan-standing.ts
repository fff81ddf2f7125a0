import type { FoundKey } from '../../../shared/contract/scan.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { KmsKey, Tag } from '../cloud/answers.ts';
import { markerIn, markerTag } from '../cloud/marker.ts';
import { jobNumberOf, type MarkingJob } from '../jobs/mark-search.ts';
import type { DomainModel } from '../keystore/domain.ts';
import type { KnownKmsKey, KnownKmsKeys } from '../keystore/known-kms-keys.ts';

/** What is told of a description: more would fill memory with what somebody wrote elsewhere. */
const longestDescription = 256;

/** Where Keyreeve puts what it makes in AWS. */
const origins: ReadonlySet<string> = new Set(['EXTERNAL', 'EXTERNAL_KEY_STORE']);

export interface StandingParts extends Pick<DomainModel, 'keys' | 'groups' | 'references' | 'xks'> {
  /** Id of this keystore, as it stands in tags. */
  readonly storeId: string;
  readonly known: KnownKmsKeys;
  readonly jobOf: (marker: string) => MarkingJob | null;
}

/** A KMS key as AWS listed it, with what could be read of it. */
export interface SeenKey {
  readonly keyId: string;
  readonly arn: string;
  readonly aliases: readonly string[];
  readonly read: KmsKey | null;
  /** Null where they were not asked for, or may not be read. */
  readonly tags: readonly Tag[] | null;
  readonly failure: Failure | null;
}

/** Says how KMS keys stand to this keystore, as it is at that moment. */
export interface Standings {
  /** Tags tell something only of keys that Keyreeve may have made and that are not known here. */
  wantsTags(read: KmsKey): boolean;
  of(seen: SeenKey): FoundKey;
  /** Of what is known here and AWS lists no more. */
  missing(known: KnownKmsKey): FoundKey;
  knownAt: KnownKmsKeys['at'];
}

export function createStandings(parts: StandingParts): Standings {
  const { known } = parts;
  return {
    wantsTags: ({ arn, origin }) => origins.has(origin) && known.byArn(arn) === null,
    of: (seen) => {
      const belongs = known.byArn(seen.arn);
      const owner = belongs && ownerOf(parts, belongs);
      const mark = owner || !seen.read ? null : markOf(parts, seen.read, seen.tags);
      return {
        keyId: seen.keyId,
        arn: seen.arn,
        standing: standingOf(seen.read, owner, mark),
        owner,
        mark,
        aliases: [...seen.aliases],
        read: seen.read && told(seen.read),
        failure: seen.failure,
      };
    },
    missing: (belongs) => ({
      keyId: belongs.arn.slice(belongs.arn.lastIndexOf('/') + 1),
      arn: belongs.arn,
      standing: 'missing',
      owner: ownerOf(parts, belongs),
      mark: null,
      aliases: [],
      read: null,
      failure: null,
    }),
    knownAt: (account, region) => known.at(account, region),
  };
}

function standingOf(
  read: KmsKey | null,
  owner: FoundKey['owner'],
  mark: FoundKey['mark'],
): FoundKey['standing'] {
  if (owner) return 'known';
  if (!read) return 'not-readable';
  if (read.manager === 'AWS') return 'aws-managed';
  return mark ? 'marked' : 'not-ours';
}

type Owner = NonNullable<FoundKey['owner']>;

/** Null where it was removed meanwhile. */
function ownerOf(
  { keys, groups, references, xks }: StandingParts,
  { kind, id }: Pick<KnownKmsKey, 'kind' | 'id'>,
): Owner | null {
  if (kind === 'xks-key') {
    const key = xks.keys.byId(id);
    if (!key) return null;
    return { kind, id, reference: `${xks.stores.get(key.storeId).name}/${key.name}` };
  }
  const key = keys.byId(id)?.key;
  if (!key) return null;
  const group = groups.get(key.groupId);
  return { kind, id, reference: `${references.groupPath(group)}/${key.version}` };
}

/** What Keyreeve wrote when it made the key; null where it made none of this kind, or left no mark. */
function markOf(
  parts: StandingParts,
  { origin, description }: KmsKey,
  tags: readonly Tag[] | null,
): FoundKey['mark'] {
  if (!origins.has(origin)) return null;
  const tag = (key: string): string | null => tags?.find((each) => each.key === key)?.value ?? null;
  const marker = markerIn(description) ?? tag(markerTag);
  const storeId = tag('keyreeve:store');
  if (marker === null && storeId === null) return null;
  const job = marker === null ? null : parts.jobOf(marker);
  const byTags = storeId === null ? 'not-said' : storeId === parts.storeId ? 'this' : 'other';
  return {
    marker,
    keystore: job ? 'this' : byTags,
    storeId,
    tags: tags === null ? 'not-readable' : 'read',
    jobNumber: job?.number ?? (marker === null ? null : jobNumberOf(marker)),
    job: job && { id: job.id, number: job.number, state: job.state },
    madeFor: madeFor(parts, job?.madeFor ?? null),
  };
}

const madeFor = (parts: StandingParts, id: string | null): Owner | null =>
  id === null
    ? null
    : (ownerOf(parts, { kind: 'key', id }) ?? ownerOf(parts, { kind: 'xks-key', id }));

const roles: Readonly<Record<string, 'primary' | 'replica'>> = {
  PRIMARY: 'primary',
  REPLICA: 'replica',
};

const told = (read: KmsKey): NonNullable<FoundKey['read']> => ({
  spec: read.spec,
  usage: read.usage,
  state: read.state,
  origin: read.origin,
  multiRegion: read.multiRegion ? (roles[read.multiRegionRole ?? ''] ?? 'primary') : 'no',
  createdAt: read.createdAt,
  description: read.description.slice(0, longestDescription),
  keyStoreId: read.keyStoreId,
  validTo: read.validTo,
  deletionAt: read.deletionAt,
});
