import { kindOf, nameOfSpec } from '../../../shared/model/key-kinds.ts';
import type { KeyUsage } from '../../../shared/model/key-specs.ts';
import { saySpan } from '../../../shared/model/span.ts';
import type { KeyWithRemote } from './keys.ts';
import type { AliasElsewhere, Group, Key, RemoteKey } from './rows.ts';
import { keyWorks } from '../../../shared/text/key-works.ts';
import { renewalSentence } from '../../../shared/text/renewal.ts';
import { daysLater } from '../../../shared/text/counted.ts';

/** A reading older than this (ms) is shown as "Not checked". */
export const stale = 86_400_000;

export type KeyState =
  | 'Active, alias'
  | 'Decrypts only'
  | 'No alias'
  | 'Off'
  | 'Off, alias'
  | 'Material gone'
  | 'Stopped'
  | 'Pending rotation'
  | 'Differs'
  | 'Not checked'
  | 'Not in AWS';

/** Whether the KMS key ever had material. AWS goes on naming the one it had, where it names any. */
export const hadMaterial = ({ materialId, currentMaterial, taken }: RemoteKey): boolean =>
  taken || (materialId ?? currentMaterial) !== null;

/** The material of somebody else under which AWS encrypts; null: ours, as far as it was read. */
export const otherMaterial = ({ materialId, currentMaterial }: RemoteKey): string | null =>
  materialId === null || currentMaterial === materialId ? null : currentMaterial;

/** Its material waits in the KMS key of its group: nothing is encrypted under it yet. */
export const isPending = ({ materialState }: RemoteKey): boolean =>
  materialState !== null && !['CURRENT', 'NON_CURRENT', 'NOT_IMPORTED'].includes(materialState);

/** The one state word of a key, from what AWS last said. */
export function keyState(remote: RemoteKey | null, usage: KeyUsage, now: number): KeyState {
  if (remote === null || remote.materialState === 'NOT_IMPORTED') return 'Not in AWS';
  if (remote.importState === 'PENDING_IMPORT') return 'Material gone';
  if (remote.materialState !== null && remote.state === 'PendingImport') return 'Stopped';
  if (remote.state === 'PendingImport') {
    // Who goes by the alias misses the material, whether or not it ever was there.
    return hadMaterial(remote) || remote.alias !== null ? 'Material gone' : 'Not in AWS';
  }
  if (remote.state !== 'Enabled' && remote.state !== 'Disabled') return 'Differs';
  if (otherMaterial(remote) !== null) return 'Differs';
  // Applications that go by the alias fail, however long ago that was read.
  if (remote.state === 'Disabled' && remote.alias !== null) return 'Off, alias';
  // A reading from the future tells that the clock was set back: its age is not known either.
  if (Math.abs(now - remote.readAt) > stale) return 'Not checked';
  if (remote.state === 'Disabled') return 'Off';
  if (isPending(remote)) return 'Pending rotation';
  if (remote.alias !== null) return 'Active, alias';
  return usage === 'ENCRYPT_DECRYPT' ? 'Decrypts only' : 'No alias';
}

/**
 * How a group's alias stands to its keys, as far as AWS was asked. `elsewhere`: it names a KMS key that is none of
 * them; `missing`: it does not exist; `unknown`: it is on none of them, and where it is was not kept.
 */
export type AliasStanding = 'fine' | 'elsewhere' | 'missing' | 'unknown';

/** Before a version is in use, no alias is expected. */
export const isInUse = ({ lifecycle }: Pick<Key, 'lifecycle'>): boolean =>
  lifecycle === 'active' || lifecycle === 'suspended';

/**
 * `elsewhere`: where the alias was when it was last read and on none of `keys`. The alias, or the Region, of before
 * an edit stays until the next rotation: so long the new one may be missing.
 */
export function aliasStanding(
  { alias, region }: Pick<Group, 'alias' | 'region'>,
  keys: readonly KeyWithRemote[],
  elsewhere: AliasElsewhere | null,
): AliasStanding {
  const holds = keys.some(
    ({ remote }) => remote?.alias === `alias/${alias}` && remote.region === region,
  );
  const used = keys.filter(({ key }) => isInUse(key));
  if (holds || used.length === 0) return 'fine';
  if (elsewhere !== null && elsewhere.kmsKeyId !== null) return 'elsewhere';
  if (used.every(({ remote }) => remote?.alias != null)) return 'fine';
  return elsewhere === null ? 'unknown' : 'missing';
}

/**
 * The state word of a group: what applications meet through its alias, else the worst of its keys, unless
 * a job waits for a person.
 */
export function groupState(
  keys: readonly KeyWithRemote[],
  alias: AliasStanding,
  jobNeedsYou: boolean,
  now: number,
): { readonly state: string; readonly needsYou: boolean } {
  if (jobNeedsYou) return { state: 'Job needs you', needsYou: true };
  if (alias === 'elsewhere') return { state: 'Alias elsewhere', needsYou: true };
  if (alias === 'missing') return { state: 'Alias missing', needsYou: true };
  const states = keys.map(({ key, remote }) => keyState(remote, key.usage, now));
  if (states.includes('Material gone') || states.includes('Stopped'))
    return { state: 'Material gone', needsYou: true };
  if (states.includes('Differs')) return { state: 'Differs', needsYou: true };
  if (states.includes('Off, alias')) return { state: 'Active key off', needsYou: true };
  if (!keys.some(({ remote }) => remote !== null)) return { state: 'Not in AWS', needsYou: false };
  if (alias === 'unknown' || states.includes('Not checked'))
    return { state: 'Not checked', needsYou: false };
  return { state: 'In step', needsYou: false };
}

/** What new keys of this group will be and do: shown above the buttons and kept in the audit log. */
export function groupSentence(
  group: Omit<Group, 'id' | 'account' | 'createdAt'>,
  hsm: string | null,
  hasKeys = false,
): string {
  const where =
    group.storage === 'hsm' ? `in ${hsm ?? 'the HSM'}` : 'by the built-in software driver';
  const rotation = group.rotate
    ? ` and rotated every ${saySpan(group.rotateEvery)}`
    : '; they are rotated by hand only';
  const works = keyWorks(kindOf(group.keySpec, group.keyUsage));
  const gone =
    group.materialDays === null
      ? ''
      : ` ${renewalSentence(group.materialDays, works, group.mapping)}`;
  const off = group.disableAfter
    ? ` A key that gave up the alias is disabled ${daysLater(group.disableWaitDays)}: ${works.lostThen('it')}.`
    : '';
  const one =
    group.mapping === 'material'
      ? ' All versions are materials of one KMS key, whose ID and ARN stay.'
      : '';
  return `New ${nameOfSpec(group.keySpec)} keys are made ${where}${rotation}. Their planned life is ${saySpan(group.keepValidFor)}. Nothing is sent to AWS until the ${hasKeys ? 'next rotation' : 'first Force Rotate'}.${one}${gone}${off}`;
}
