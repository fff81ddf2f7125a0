import { nameOfKind } from '../../../shared/model/key-kinds.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { Agreement } from '../../ui/choices.tsx';
import { PlanDialog } from './plan-dialog.tsx';
import { usePlan } from './use-plan.ts';
import { quote } from '../../../shared/text/isolate.ts';

/** The plan of Force Rotate: the first key of a group is made here too. */
export function ForceRotateDialog({ dialog, close }: DialogProps<'force-rotate'>) {
  const { group } = dialog;
  const [adopt, setAdopt] = useKept(dialog, () => false);
  const { replace, show } = useDialogs();
  const known = useRead('group.show', { group }).data?.group ?? null;
  const planning = usePlan('group.planForceRotate', { group, adopt });
  const start = useDeed('group.forceRotate');
  const alias = known === null ? '' : `alias/${known.alias}`;
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
        subject:
          known === null ? '' : [known.account, known.region, alias].filter(Boolean).join(' · '),
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
      otherDeed={({ code }) =>
        code === 'ALIAS_HELD_ELSEWHERE' && !adopt
          ? {
              label: 'Adopt that key and plan again',
              run: () => setAdopt(true),
              instead: {
                label: 'Choose another alias…',
                run: () => show({ kind: 'group-properties', group }),
              },
            }
          : null
      }
      {...(adopt
        ? {
            details: (
              <Agreement checked onChange={() => setAdopt(false)}>
                Adopt the key that holds {alias} now, though this group does not know it. Untick to
                leave it alone.
              </Agreement>
            ),
          }
        : {})}
    />
  );
}
