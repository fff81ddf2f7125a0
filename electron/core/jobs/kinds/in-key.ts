import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { sayMinute } from '../../../../shared/model/span.ts';
import { sayVersions } from '../../../../shared/text/versions.ts';
import type { Group, Key } from '../../keystore/rows.ts';
import type { Checks } from './plan.ts';
import type { Choices } from './plan-synchronize.ts';
import { isThere, isWaiting, type LookedKey } from './read-key.ts';
import type { DeedServices } from './services.ts';

/** How one version stands in a KMS key that it shares with others of its group. */
export interface InKey {
  /** It was never encrypted under yet: AWS does without it, and forgets it once it is deleted. */
  readonly waits: boolean;
  /** AWS knows no material of it. */
  readonly unknown: boolean;
  /** Other versions whose material AWS has lost: without them it refuses the KMS key. */
  readonly missing: readonly number[];
}

/** Null where the version has its KMS key to itself. */
export function inKeyOf(
  { keys }: Pick<DeedServices, 'keys'>,
  group: Group,
  key: Key,
  { materials, own }: LookedKey,
): InKey | null {
  if (materials === null) return null;
  const gone = materials.filter((each) => !isWaiting(each) && !isThere(each));
  const missing = keys
    .ofGroup(group.id)
    .filter(({ remote }) => gone.some(({ materialId }) => materialId === remote?.materialId))
    .map(({ key: { version } }) => version)
    .filter((version) => version !== key.version);
  return { waits: own !== null && isWaiting(own), unknown: own === null, missing };
}

/** What AWS does not do with material that it never used, or never had. */
export function requirePossible(inKey: InKey, key: Key, choices: Choices, checks: Checks): void {
  const { deleteMaterial, importMaterial } = choices;
  const never = new OperationError('MATERIAL_FORGOTTEN', { version: key.version });
  if (inKey.unknown && (deleteMaterial || importMaterial))
    checks.fail(never, 'AWS knows no material of this version');
  if (inKey.waits && deleteMaterial && importMaterial)
    checks.fail(never, 'AWS forgets material that waits once it is deleted, and takes it no more');
}

const stopsWhole =
  'One missing material stops the whole KMS key: every version, and new encryption';

/** What changes in AWS beside the material itself. */
export function changesInKey(inKey: InKey, choices: Choices, gone: boolean): string[] {
  const { deleteMaterial, importMaterial } = choices;
  if (inKey.waits && deleteMaterial) return ['AWS forgets it, and encrypts as before'];
  if (deleteMaterial && !importMaterial && !gone)
    return ['The KMS key reads PendingImport: AWS refuses it for every version'];
  if (importMaterial && gone && inKey.missing.length === 0)
    return ['The KMS key works again, for every version'];
  return [];
}

/** What somebody must read first. */
export function warningsInKey(inKey: InKey, choices: Choices, gone: boolean): string[] {
  const { deleteMaterial, importMaterial, validTo } = choices;
  const lines: string[] = [];
  if (deleteMaterial && !gone && !inKey.waits) lines.push(stopsWhole);
  if (importMaterial && inKey.missing.length > 0)
    lines.push(
      `AWS goes on refusing the KMS key: the material of ${sayVersions(inKey.missing)} is missing, too. Synchronize all keys of the group`,
    );
  if (importMaterial && validTo !== null)
    lines.push(
      `Where AWS deletes it on ${sayMinute(validTo)}, it refuses the whole KMS key, new encryption included, until you Synchronize`,
    );
  return lines;
}
