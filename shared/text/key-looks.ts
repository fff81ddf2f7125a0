/** What is said of grants, materials and the policy that AWS has of one KMS key. */

export const grantsTitle = (count: number): string =>
  count === 0
    ? 'No grants on this KMS key.'
    : `${count === 1 ? '1 grant' : `${count} grants`} on this KMS key. When the alias moves, ${count === 1 ? 'it stays' : 'they stay'} here.`;

export const materialsTitle = (count: number): string => {
  if (count === 0) return 'AWS has no key material for this KMS key now.';
  if (count === 1) return 'This KMS key has one material.';
  return `This KMS key has ${count} materials. If any one is missing, the whole key stops, new encryption included.`;
};

export const policyVerdict = (same: boolean | null, differing: number): string => {
  if (same === null) return 'This group has no policy template. AWS has this policy:';
  if (same) return 'AWS has the policy of the template.';
  return `AWS differs from the template in ${differing === 1 ? '1 statement' : `${differing} statements`}.`;
};

/** Seen from the template. */
export const differenceTexts = {
  added: 'Only in AWS',
  removed: 'Only in the template',
  changed: 'Not the same',
} as const;
