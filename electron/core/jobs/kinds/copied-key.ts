import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { kindOf } from '../../../../shared/model/key-kinds.ts';
import type { Lifecycle } from '../../../../shared/model/lifecycle.ts';
import { quote } from '../../../../shared/text/isolate.ts';
import { kindText } from '../../../../shared/text/key-kinds.ts';
import type { KeyBlob } from '../../hsm/driver.ts';
import type { Group, Key } from '../../keystore/rows.ts';
import { type SameMaterial, sameMaterial } from '../../keystore/same-material.ts';
import type { Proof } from '../kind.ts';
import { waits } from './incoming-key.ts';
import type { Original } from './new-version.ts';
import { proveCopy } from './reading.ts';
import { isOvertaken } from './rotation.ts';
import type { DeedServices } from './services.ts';

/** A version that another group is to have, too, and what this keystore knows of its material. */
export interface CopiedKey {
  readonly blob: KeyBlob;
  readonly opened: Proof;
  /** Every other version with this material. */
  readonly same: readonly SameMaterial[];
  /** A version of the group that was copied before and never got a KMS key: it is taken, and no second one made. */
  readonly kept: Key | null;
}

/** Why a key in this state is not copied; null: it may be. */
const unfit: Readonly<Record<Lifecycle, string | null>> = {
  'pre-activation': 'its rotation did not come to its end, so that it never was in use',
  active: null,
  suspended: 'it is disabled in AWS: enable it first, if it may be used',
  deactivated: null,
  compromised: 'it is compromised',
  destroyed: 'it is destroyed',
};

/**
 * Whether this version can become one of this group. It goes on as what it is: of the same type and usage,
 * and kept the same way.
 * @throws OperationError COPY_KEY_NOT_TAKEN
 */
export function requireCopies(
  { keys }: Pick<DeedServices, 'keys'>,
  group: Group,
  { key, group: from }: Original,
): void {
  const why = whyNot({ keys }, group, { key, group: from });
  if (why === null) return;
  throw new OperationError('COPY_KEY_NOT_TAKEN', {
    why,
    group: group.name,
    from: from.name,
    version: key.version,
  });
}

function whyNot(
  { keys }: Pick<DeedServices, 'keys'>,
  group: Group,
  { key, group: from }: Original,
): string | null {
  const version = `version ${key.version} of ${quote(from.name)}`;
  if (group.id === from.id) return `${version} is a version of this very group`;
  if (key.spec !== group.keySpec || key.usage !== group.keyUsage) {
    const has = kindText(kindOf(key.spec, key.usage));
    const takes = kindText(kindOf(group.keySpec, group.keyUsage));
    return `${version} is ${has}, and the keys of ${quote(group.name)} are ${takes}`;
  }
  if (key.storage === 'hsm' && group.storage === 'software') {
    return `${version} is HSM protected and never leaves the HSM, and ${quote(group.name)} is software protected`;
  }
  if (key.storage === 'software' && group.storage === 'hsm') {
    return `${version} was in the memory of this computer, and ${quote(group.name)} has keys that were in the HSM only`;
  }
  if (keys.currentOf(group.id) !== null) {
    return `the versions of ${quote(group.name)} share one KMS key, and a further one would be material that AWS rotates to`;
  }
  const state = unfit[key.lifecycle];
  return state === null ? null : `${version} is not to be used anew: ${state}`;
}

/**
 * Opens the original in its vault and holds its material against what the group has. Nothing is kept.
 * @throws OperationError COPY_KEY_NOT_TAKEN, COPY_KEY_KNOWN, HSM_KEY_DIFFERS
 */
export async function openOriginal(
  services: DeedServices,
  group: Group,
  original: Original,
): Promise<CopiedKey> {
  const { keys } = services;
  const { key } = original;
  services.requireMayLeave(key.assurance);
  const opened = await proveCopy(services, key.id);
  const blob = keys.blob(key.id);
  const same = sameMaterial(keys, key);
  const here = same.filter((each) => each.key.groupId === group.id);
  const known = here.find((each) => !waits(each));
  if (known) {
    const { version } = known.key;
    throw new OperationError('COPY_KEY_KNOWN', { version, group: group.name });
  }
  // the alias does not go back from a newer version: the key begins anew as the next one
  const kept = here.find((each) => !isOvertaken({ keys }, each.key));
  return { blob, opened, same, kept: kept?.key ?? null };
}
