import type { DialogProps } from '../../dialogs.tsx';
import { useDialogs } from '../../state/dialogs.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { usePlan } from './use-plan.ts';
import { quote } from '../../../shared/text/isolate.ts';

/** The plan of Make Active: undoing a rotation is one call. */
export function MakeActiveDialog({ dialog, close }: DialogProps<'make-active'>) {
  const { key } = dialog;
  const replace = useDialogs((state) => state.replace);
  const known = useRead('key.show', { key }).data ?? null;
  const planning = usePlan('group.planMakeActive', { key });
  const start = useDeed('group.makeActive');
  return (
    <PlanDialog
      dialog={dialog}
      close={close}
      planning={planning}
      about={{ groupId: known?.groupId ?? null, keyId: key }}
      doing="Already making it active"
      first={{
        title:
          known === null
            ? 'Make this version active?'
            : `Make version ${known.version} of ${quote(known.groupName)} active?`,
        subject: known?.remote ? `${known.remote.account} · ${known.remote.region}` : '',
        sentence: 'The alias moves to this version. No key is made, sent or deleted.',
      }}
      start={{
        busy: start.busy,
        failure: start.failure,
        forget: start.forget,
        run: async ({ number }) => {
          const begun = await start.run({ key, plan: number });
          if (begun) replace({ kind: 'job', job: begun.jobId });
        },
      }}
    />
  );
}
