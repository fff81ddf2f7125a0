import { nameOfKind } from '../../../shared/model/key-kinds.ts';
import { quote } from '../../../shared/text/isolate.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useDialogs } from '../../state/dialogs.ts';
import { useDeed } from '../../state/reads.ts';
import { useAdopting } from './adopting.tsx';
import { useGroupOfPlan } from './group-of-plan.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { usePlan } from './use-plan.ts';

/** The plan of Force Rotate: the first key of a group is made here too. */
export function ForceRotateDialog({ dialog, close }: DialogProps<'force-rotate'>) {
  const { group } = dialog;
  const replace = useDialogs((state) => state.replace);
  const { known, alias, subject } = useGroupOfPlan(group);
  const { adopt, otherDeed, agreement } = useAdopting(dialog, group, alias);
  const planning = usePlan('group.planForceRotate', { group, adopt });
  const start = useDeed('group.forceRotate');
  return (
    <PlanDialog
      dialog={dialog}
      close={close}
      planning={planning}
      about={{ groupId: group, keyId: null }}
      doing="Already rotating"
      careful={adopt}
      first={{
        title: known === null ? 'Rotate this key group?' : `Rotate ${quote(known.name)}?`,
        subject,
        sentence: `A new ${known === null ? '' : `${nameOfKind(known)} `}key is made and saved here; then a wrapped copy goes to AWS. Last of all the alias moves to it.`,
      }}
      start={{
        busy: start.busy,
        failure: start.failure,
        forget: start.forget,
        run: async ({ number }) => {
          const begun = await start.run({ group, plan: number, adopt });
          if (begun) replace({ kind: 'job', job: begun.jobId });
        },
      }}
      otherDeed={otherDeed}
      details={agreement}
    />
  );
}
