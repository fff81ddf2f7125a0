import { sayCount } from './counted.ts';
import type { StateText } from './states.ts';

/** What is said of grants, materials and the policy that AWS has of one KMS key. */

export const grantsTitle = (count: number): string =>
  count === 0
    ? 'No grants on this KMS key.'
    : `${count === 1 ? '1 grant' : `${sayCount(count)} grants`} on this KMS key. When the alias moves, ${count === 1 ? 'it stays' : 'they stay'} here.`;

export const materialsTitle = (count: number): string => {
  if (count === 0) return 'AWS has no key material for this KMS key now.';
  if (count === 1) return 'This KMS key has one material.';
  return `This KMS key has ${sayCount(count)} materials. If any one is missing, the whole key stops, new encryption included.`;
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

/** What was found when the kept copies of keys were opened one after the other. */
export type CopyProof = 'waits' | 'opening' | 'proved' | 'differs';
export const copyProofs: Readonly<Record<CopyProof, StateText>> = {
  waits: { glyph: '·', word: 'Not opened yet', tone: 'quiet' },
  opening: { glyph: '▸', word: 'Being opened', tone: 'busy' },
  proved: { glyph: '✓', word: 'Proved', tone: 'good' },
  differs: { glyph: '!', word: 'Not as noted at birth', tone: 'attention' },
};

/** What that says of all of them, in one line. */
export function proofVerdict(proofs: readonly CopyProof[]): string {
  const of = proofs.length;
  const count = (proof: CopyProof): number => proofs.filter((each) => each === proof).length;
  const [proved, differing] = [count('proved'), count('differs')];
  const copies = `cop${of === 1 ? 'y' : 'ies'}`;
  if (of === 0) return 'There is no key, so there is no copy.';
  if (differing > 0)
    return `${differing} of ${of} ${copies} ${differing === 1 ? 'is' : 'are'} not as noted at birth. ${proved} opened with the right KCV.`;
  if (proved < of) return `${proved} of ${of} ${copies} opened with the right KCV so far.`;
  return of === 1
    ? 'The copy opened with the right KCV.'
    : `Each of the ${of} copies opened with the right KCV.`;
}
