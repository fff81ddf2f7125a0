import type { OutputFor } from '../../../shared/contract/index.ts';
import { quote } from '../../../shared/text/isolate.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useAdopting } from './adopting.tsx';
import { CopyTargetField, focusTarget } from './copy-target-field.tsx';
import { useCopyTargets } from './copy-targets.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { ChangesAndStays, PlanSentence } from './plan-sections.tsx';
import { usePlan } from './use-plan.ts';

const whatHappens =
  'The kept key is opened in its vault, and its copy is saved as the next version of that group; then a wrapped copy goes to AWS. Last of all the alias of that group moves to it.';

/** The words before a group was chosen, and its plan read. */
function firstWords(key: OutputFor<'key.show'> | null) {
  const title =
    key === null
      ? 'Copy this key to another group'
      : `Copy version ${key.version} of ${quote(key.groupName)} to another group`;
  const subject = key?.remote ? `${key.remote.account} · ${key.remote.region}` : '';
  return { title, subject, sentence: whatHappens };
}

/** The plan of Copy Key to Another Group, once it is said which group that is. */
export function CopyKeyDialog({ dialog, close }: DialogProps<'copy-key'>) {
  const { key } = dialog;
  const [target, setTarget] = useKept<string | null>(dialog, () => null, 'target');
  const { show, replace } = useDialogs();
  const shown = useRead('key.show', { key });
  const known = shown.data ?? null;
  const targets = useCopyTargets(known);
  const chosen = targets.groups.find(({ id }) => id === target) ?? null;
  const group = chosen?.id ?? '';
  const { adopt, otherDeed, agreement } = useAdopting(
    dialog,
    group,
    `alias/${chosen?.alias ?? ''}`,
  );
  const input = { key, group, adopt };
  const planning = usePlan('group.planCopyKey', input, chosen !== null);
  const start = useDeed('group.copyKey');
  const { plan, marks } = planning;
  const missing = chosen === null ? 'Choose the key group that is to have it.' : null;
  const unread = shown.failure ?? targets.failure;
  return (
    <PlanDialog
      dialog={dialog}
      close={close}
      planning={planning}
      about={{ groupId: chosen?.id ?? null, keyId: null }}
      doing="Already copying"
      careful={adopt}
      missing={missing}
      idle="Copy"
      first={firstWords(known)}
      start={{
        busy: start.busy,
        failure: start.failure,
        forget: start.forget,
        run: async ({ number }) => {
          const begun = await start.run({ ...input, plan: number });
          if (begun) replace({ kind: 'job', job: begun.jobId });
        },
      }}
      otherDeed={(failure) =>
        failure.code === 'COPY_KEY_NOT_TAKEN' || failure.code === 'COPY_KEY_KNOWN'
          ? { label: 'Choose another group', run: focusTarget }
          : otherDeed(failure)
      }
      details={agreement}
    >
      {unread ? <FailureNotice failure={unread} /> : null}
      <CopyTargetField
        of={known}
        targets={targets}
        chosen={chosen}
        disabled={start.busy}
        onChoose={(id) => {
          setTarget(id);
          start.forget();
        }}
        onAdd={() => show({ kind: 'add-group', folder: targets.folder })}
      />
      <PlanSentence sentence={plan?.sentence ?? whatHappens} marks={marks} />
      {plan ? <ChangesAndStays plan={plan} marks={marks} /> : null}
    </PlanDialog>
  );
}
