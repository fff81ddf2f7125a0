import { createHash } from 'node:crypto';
import type { ComparisonRow } from '../../../../shared/contract/key.ts';
import { kcvNames } from '../../../../shared/text/kcv.ts';
import { sayMinute } from '../../../../shared/model/span.ts';
import type { Group, Key, RemoteKey } from '../../keystore/rows.ts';
import type { Choices, Seen } from './plan-synchronize.ts';
import { readAlone } from './read-key.ts';
import { shortId } from './reading.ts';
import { counted } from '../../../../shared/text/counted.ts';

type Sides = Omit<ComparisonRow, 'what'>;

/** One key on three sides: kept here, in AWS now, in AWS when the deed is done. */
export function comparisonOf(
  group: Group,
  { key, remote }: { readonly key: Key; readonly remote: RemoteKey },
  choices: Choices,
  seen: Seen,
): ComparisonRow[] {
  const { described } = seen;
  const alone = { ...seen, described: described === null ? null : readAlone(described) };
  return [
    { what: 'Key material', ...materialSides(key, choices, alone) },
    // of other keys AWS names no material: they keep their first one for life
    ...(key.spec === 'SYMMETRIC_DEFAULT'
      ? [{ what: 'Material ID', ...materialIdSides(remote, choices, alone) }]
      : []),
    { what: 'KMS key state', ...stateSides(choices, seen) },
    { what: 'Deleted by AWS', ...endSides(group, choices, alone) },
    { what: 'Policy', ...policySides(group, choices, seen) },
  ];
}

const unread = 'not readable';
const none = '-';
const isGone = (seen: Seen): boolean => !seen.there;
const unchanged = (here: string, awsNow: string): Sides => ({ here, awsNow, after: 'as it is' });

function materialSides(key: Key, choices: Choices, seen: Seen): Sides {
  const here = `KCV ${key.kcv.value} (${kcvNames[key.kcv.method]})`;
  const awsNow = seen.described === null ? unread : isGone(seen) ? 'gone' : 'there';
  if (choices.importMaterial) {
    const again = choices.deleteMaterial && !isGone(seen) ? 'deleted, imported again' : null;
    return { here, awsNow, after: again ?? (isGone(seen) ? 'imported again' : 'sent again') };
  }
  return choices.deleteMaterial ? { here, awsNow, after: 'gone' } : unchanged(here, awsNow);
}

function materialIdSides(remote: RemoteKey, choices: Choices, seen: Seen): Sides {
  const known = remote.materialId ?? seen.described?.currentMaterialId ?? null;
  const here = known === null ? none : shortId(known);
  const inAws = isGone(seen) ? null : (seen.described?.currentMaterialId ?? null);
  const awsNow = seen.described === null ? unread : inAws === null ? none : shortId(inAws);
  if (choices.importMaterial) {
    return { here, awsNow, after: known === null ? 'given by AWS' : `must be ${here}` };
  }
  return choices.deleteMaterial ? { here, awsNow, after: none } : unchanged(here, awsNow);
}

function stateSides(choices: Choices, seen: Seen): Sides {
  const state = seen.described?.state ?? null;
  const sides = { here: none, awsNow: state ?? unread };
  if (choices.importMaterial) {
    const whole = (seen.inKey?.missing ?? []).length === 0;
    const on = whole ? 'Enabled' : 'PendingImport';
    return { ...sides, after: state === 'Disabled' ? 'Disabled' : on };
  }
  return choices.deleteMaterial && seen.inKey?.waits !== true
    ? { ...sides, after: 'PendingImport' }
    : unchanged(sides.here, sides.awsNow);
}

function endSides(group: Group, choices: Choices, seen: Seen): Sides {
  const here = `${group.materialDays === null ? 'never' : `after ${counted(group.materialDays, 'day')}`} (group)`;
  const { described } = seen;
  const sayEnd = (at: number | null): string => (at === null ? 'never' : `on ${sayMinute(at)}`);
  const awsNow = described === null ? unread : isGone(seen) ? none : sayEnd(described.validTo);
  if (choices.importMaterial) return { here, awsNow, after: sayEnd(choices.validTo) };
  return choices.deleteMaterial ? { here, awsNow, after: none } : unchanged(here, awsNow);
}

function policySides(group: Group, choices: Choices, seen: Seen): Sides {
  if (group.policy === null) return unchanged('no template', 'not compared');
  const hash = createHash('sha256').update(group.policy).digest('hex').slice(0, 8);
  const here = `template (${hash}…)`;
  if (!choices.updatePolicy) return unchanged(here, 'not read');
  const awsNow = {
    same: 'reads as the template',
    differs: 'differs',
    none: none,
    'not-read': unread,
  };
  return {
    here,
    awsNow: awsNow[seen.policy],
    after: seen.policy === 'same' ? 'as it is' : 'template',
  };
}
