import { useEffect, useEffectEvent } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import type { DialogOf } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';

export type ScanView = OutputFor<'scan.show'>;

export interface ScanInView {
  /** As it was last told; null before it has begun. */
  readonly view: ScanView | null;
  readonly failure: Failure | null;
  /** It is being begun or is under way. */
  readonly busy: boolean;
  readonly stopping: boolean;
  /** For a credential in a Region; a group has its own. */
  readonly begin: (region: string | null) => void;
  readonly stop: () => void;
}

/** A scan of AWS that begins with its dialog where all is known that it needs, and goes with it. */
export function useScan(dialog: DialogOf<'find-in-aws'>): ScanInView {
  const { of } = dialog;
  const [scan, setScan] = useKept<string | null>(dialog, () => null, 'scan');
  const ofGroup = useDeed('group.findInAws');
  const ofCredential = useDeed('credential.findInAws');
  const stopping = useDeed('scan.stop');
  const shown = useRead('scan.show', { scan: scan ?? '' }, { enabled: scan !== null, keep: false });
  const begin = async (region: string | null): Promise<void> => {
    stopping.forget();
    const begun =
      of.what === 'group'
        ? await ofGroup.run({ group: of.id })
        : await ofCredential.run({ credential: of.id, region: region ?? '' });
    if (begun) setScan(begun.id);
  };
  const first = useEffectEvent(() => {
    if (of.what === 'group' && scan === null) void begin(null);
  });
  useEffect(() => first(), []);
  const asking = ofGroup.busy || ofCredential.busy;
  const view = shown.data ?? null;
  const refused = ofGroup.failure ?? ofCredential.failure ?? stopping.failure;
  return {
    view,
    failure: asking ? null : (refused ?? shown.failure),
    busy: asking || view?.state === 'running' || (scan !== null && shown.pending),
    stopping: stopping.busy,
    begin: (region) => void begin(region),
    stop: () => {
      if (scan !== null) void stopping.run({ scan });
    },
  };
}
