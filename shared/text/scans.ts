import type { FoundKey, ScanView } from '../contract/scan.ts';
import type { ScanStanding } from '../model/scan.ts';
import { isFinal } from '../model/job.ts';
import { counted, sayCount } from './counted.ts';
import { sayFarOff } from './endings.ts';
import { isolate } from './isolate.ts';
import { type StateText, shortId } from './states.ts';

/** What is said of the KMS keys that AWS really holds, by window and command line alike. */

export const standingTexts: Readonly<Record<ScanStanding, StateText>> = {
  marked: { glyph: '!', word: 'Made by Keyreeve, not known here', tone: 'attention' },
  missing: { glyph: '!', word: 'Known here, not in AWS', tone: 'attention' },
  'not-readable': { glyph: '?', word: 'Not readable', tone: 'quiet' },
  'not-ours': { glyph: '·', word: 'Not ours', tone: 'quiet' },
  known: { glyph: '✓', word: 'Known', tone: 'good' },
  'aws-managed': { glyph: '·', word: 'AWS managed', tone: 'quiet' },
};

const soon = 30 * 86_400_000;

/** What AWS is going to take away, or has not; null where nothing of the kind is near. */
export function warningOf(
  { read, standing }: Pick<FoundKey, 'read' | 'standing'>,
  now: number,
  sayDay: (at: number) => string,
): string | null {
  if (read === null || standing === 'aws-managed') return null;
  const { deletionAt, validTo, state, origin } = read;
  if (deletionAt !== null)
    return `AWS deletes it on ${sayDay(deletionAt)}, ${sayFarOff(deletionAt, now)}`;
  if (validTo !== null && validTo <= now + soon)
    return `AWS deletes its material on ${sayDay(validTo)}, ${sayFarOff(validTo, now)}`;
  if (state === 'PendingImport' && origin === 'EXTERNAL')
    return standing === 'known' ? 'AWS has no material of it' : 'It has no material';
  return null;
}

/** What it is, in a few words for a row. */
export function whatItIs(key: FoundKey): string {
  const { owner, mark, read, failure } = key;
  if (owner !== null) {
    const unread = failure === null ? '' : `; not readable: ${saidBy(failure)}`;
    return `${owner.kind === 'key' ? 'Version' : 'External key'} ${isolate(owner.reference)}${unread}`;
  }
  switch (key.standing) {
    case 'marked':
      return madeWhere(mark);
    case 'missing':
      return 'It was removed from this keystore meanwhile';
    case 'not-readable':
      return failure === null ? 'Not readable' : `Not readable: ${saidBy(failure)}`;
    case 'aws-managed':
      return 'Made and managed by AWS itself';
    case 'known':
      return 'Known here';
    case 'not-ours':
      return foreignOf(read);
  }
}

const saidBy = ({ code, external, details }: NonNullable<FoundKey['failure']>): string => {
  const permission = details['permission'];
  const missing = typeof permission === 'string' ? `, ${permission}` : '';
  return `${external?.name ?? code}${missing}`;
};

function madeWhere(mark: FoundKey['mark']): string {
  if (mark?.job) {
    const made = mark.madeFor ? ` for ${isolate(mark.madeFor.reference)}` : '';
    return `Job ${mark.job.number} of this keystore made it${made}`;
  }
  if (mark?.keystore === 'this')
    return mark.jobNumber === null
      ? 'This keystore made it; no job here knows of it'
      : `This keystore made it, by a job ${mark.jobNumber} that is not in this copy`;
  if (mark?.keystore === 'other') return `Another keystore made it, ${shortId(mark.storeId ?? '')}`;
  return 'Keyreeve made it; in which keystore its tags do not say';
}

const foreign: Readonly<Record<string, string>> = {
  AWS_KMS: 'AWS made its material, which never leaves AWS',
  EXTERNAL: 'Somebody else imported its material, or is to',
  AWS_CLOUDHSM: 'Its material is in an AWS CloudHSM cluster',
  EXTERNAL_KEY_STORE: 'Its material is in an external key store of somebody else',
};

const foreignOf = (read: FoundKey['read']): string =>
  foreign[read?.origin ?? ''] ?? `Not made by Keyreeve, origin ${read?.origin ?? 'not known'}`;

/** What it means for the keys, and what a person can do by hand. Each is a sentence or two. */
export function whatItMeans(key: FoundKey): string {
  switch (key.standing) {
    case 'known':
      return 'Its original is kept here. Check against AWS notes what AWS has of it.';
    case 'marked':
      return markedMeans(key);
    case 'missing':
      return 'AWS says that it has no such KMS key: nothing can be decrypted, signed or verified with it. Check against AWS notes it, and CloudTrail says who deleted it.';
    case 'not-readable':
      return 'Nobody can say here whose it is. Its key policy, or the policies of this credential, must allow kms:DescribeKey.';
    case 'aws-managed':
      return 'It belongs to an AWS service, and nobody can take it away from there.';
    case 'not-ours':
      return 'Keyreeve holds no original of it and cannot get one: AWS lets no key material out. To have a key of your own in its place, add a key group with its alias and Force Rotate; this KMS key stays, for what was made with it.';
  }
}

const noOriginalHere = 'Keyreeve holds no original of it here';

/** A key without material does nothing, and only its original changes that. */
const noOriginal = (empty: boolean): string =>
  empty
    ? `${noOriginalHere}, and AWS has no material for it: it does nothing until the original is imported again from where it is kept.`
    : `${noOriginalHere}: if AWS deletes its material, or the key itself, whatever needs it stops for good unless the original is kept elsewhere.`;

function markedMeans({ mark, read }: FoundKey): string {
  const empty = read?.state === 'PendingImport' && read.origin === 'EXTERNAL';
  const original = noOriginal(empty);
  const job = mark?.job ?? null;
  if (job && !isFinal(job.state))
    return `Job ${job.number} is not over. Continue it: it takes this KMS key, and AWS proves at the import whether its material is ours.`;
  if (job)
    return `Job ${job.number} is over, and nothing here has this KMS key. ${empty ? 'It has no material, so it does nothing.' : original}`;
  if (mark?.keystore === 'this')
    return `This copy of the keystore is older than that job. Restore a newer backup to have its original. ${original}`;
  if (mark?.keystore === 'other')
    return `Its original is in that keystore: open it there. ${original}`;
  return original;
}

/** How far it is, in one line. */
export function scanProgress({ state, listed, read, failure }: ScanView): string {
  const of = listed === null ? '' : ` of ${sayCount(listed)}`;
  const keys = `${sayCount(read)}${of} KMS keys read`;
  switch (state) {
    case 'running':
      return listed === null ? 'AWS is listing its KMS keys' : `${keys} so far`;
    case 'done':
      return keys;
    case 'stopped':
      return `Stopped: ${keys}. The rest was not looked at.`;
    case 'failed':
      return `${failure === null ? 'Ended early' : `Ended early by ${failure.code}`}: ${keys}. The rest was not looked at.`;
  }
}

/** What it found, in one line; what needs a look first. */
export function scanVerdict({ counts, state }: ScanView): string {
  const { marked, missing } = counts;
  const parts = [
    ...(marked > 0 ? [`${counted(marked, 'key')} made by Keyreeve and not known here`] : []),
    ...(missing > 0 ? [`${counted(missing, 'key')} known here that AWS does not have`] : []),
    ...(counts['not-readable'] > 0
      ? [`${counted(counts['not-readable'], 'key')} not readable`]
      : []),
  ];
  if (parts.length > 0) return `${parts.join(', ')}.`;
  return state === 'done' ? 'Every KMS key of Keyreeve there is known here.' : '';
}

export const multiRegionTexts = { no: 'no', primary: 'primary', replica: 'replica' } as const;
