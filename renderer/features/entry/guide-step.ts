import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Snapshot } from '../../state/snapshot.ts';

/** What somebody wants before a keystore is there. */
export type Way = 'choose' | 'practise' | 'open' | 'real';

export type GuideStep =
  | { readonly step: 'way'; readonly way: Way }
  | { readonly step: 'practice-place' }
  | { readonly step: 'first-group' }
  | { readonly step: 'first-rotation' }
  | { readonly step: 'real-place' }
  | { readonly step: 'real-ready' }
  /** This keystore is past its first steps. */
  | { readonly step: 'over' };

/**
 * Which of the first steps comes next, told from the keystore alone: a page that is loaded again,
 * or a step that was done elsewhere, never leads back.
 */
export function guideStep(
  snapshot: Pick<Snapshot, 'counts' | 'hsmLabel'> & {
    readonly keystore: Pick<Snapshot['keystore'], 'state' | 'realm'>;
  },
  practice: Pick<OutputFor<'practice.status'>, 'credential'> | null,
  way: Way,
  settingUp = false,
): GuideStep {
  const { keystore, counts, hsmLabel } = snapshot;
  if (keystore.state === 'absent') return { step: 'way', way };
  if (counts.groups > 1 || counts.keys > 1) return { step: 'over' };
  if (keystore.realm === 'real') {
    if (counts.groups > 0) return { step: 'over' };
    return hsmLabel === null ? { step: 'real-place' } : { step: 'real-ready' };
  }
  if (counts.groups === 1) return { step: 'first-rotation' };
  // The credential comes first of what is set up: the place for keys may still be on its way.
  if (settingUp || practice === null || practice.credential === null)
    return { step: 'practice-place' };
  return { step: 'first-group' };
}
