import { type Mapping, usualRotationLimit } from '../model/mapping.ts';

/** The two mappings of a group, as its form offers them: a name, what changes, and what stays. */
export const mappingTexts: Readonly<
  Record<Mapping, { readonly label: string; readonly sentence: string }>
> = {
  container: {
    label: 'AWS key container: each version is a KMS key of its own',
    sentence:
      'A rotation makes a new KMS key and moves the alias: key ID and ARN change, and an earlier version can be made active again.',
  },
  material: {
    label: 'AWS key material: all versions are in one KMS key',
    sentence: `AES-256 only. A rotation puts new material into the same KMS key: key ID, ARN and alias stay. AWS grants ${usualRotationLimit} of them, and never goes back to an earlier version. If one version loses its material, AWS refuses the whole KMS key.`,
  },
};

/** Beside a choice that is still free. */
export const mappingHint = 'It cannot be changed once the group has a key.';

/** Why the mapping of a group that has keys stays. */
export const mappingFixed: Readonly<Record<Mapping, string>> = {
  container:
    'Fixed: the versions of this group are KMS keys of their own, and AWS does not merge KMS keys.',
  material:
    'Fixed: the versions of this group are in one KMS key, and AWS gives no material out again.',
};

const months = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** `Nov 2043` (UTC). */
const sayMonth = (at: number): string => {
  const date = new Date(at);
  return `${months[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
};

/** The same of a group as it stands: `Next is rotation 8 of 25; …` */
export const sayNextRotation = (next: number, most: number, lastAt: number | null): string => {
  const text = sayRotation(next, most, lastAt);
  return next > most ? text : `Next is ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
};

/** `Rotation 8 of 25; at this pace the last is in Nov 2043.` `lastAt` null: the group has no pace. */
export function sayRotation(next: number, most: number, lastAt: number | null): string {
  if (next > most) return `All ${most} rotations that AWS grants a KMS key are used up.`;
  if (next === most) return `Rotation ${next} of ${most}: the last that AWS grants this KMS key.`;
  const pace = lastAt === null ? '' : `; at this pace the last is in ${sayMonth(lastAt)}`;
  return `Rotation ${next} of ${most}${pace}.`;
}
