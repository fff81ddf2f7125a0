import { useId } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useDeed } from '../../state/reads.ts';
import { quote } from '../../../shared/text/isolate.ts';
import { onlySpace } from '../../ui/only-space.ts';
import { useGroupOfPlan } from './group-of-plan.ts';
import { PlanDialog } from './plan-dialog.tsx';
import { ChangesInFull, PlanSentence } from './plan-sections.tsx';
import styles from './plans.module.css';
import { usePlan } from './use-plan.ts';
import { VersionsTable } from './versions-table.tsx';

interface GroupBoxes {
  readonly updatePolicy: boolean;
  readonly importMaterial: boolean;
}

/** Brings every key of a group in line that is not: one plan over all versions, one job for each. */
export function SynchronizeGroupDialog({ dialog, close }: DialogProps<'synchronize-group'>) {
  const { group } = dialog;
  const [ticked, setBoxes] = useKept<GroupBoxes>(dialog, () => ({
    updatePolicy: true,
    importMaterial: true,
  }));
  const { replace, closeAll } = useDialogs();
  const showJobsOf = useNavigation((state) => state.showJobsOf);
  const { known, subject, failure } = useGroupOfPlan(group);
  const hasPolicy = known?.hasPolicy ?? true;
  const boxes = { ...ticked, updatePolicy: ticked.updatePolicy && hasPolicy };
  const none = !boxes.updatePolicy && !boxes.importMaterial;
  // What the group is like decides what is planned: asked for once, not twice.
  const told = known !== null || failure !== null;
  const planning = usePlan('group.planSynchronize', { group, ...boxes }, !none && told);
  const start = useDeed('group.synchronize');
  const { plan, lastPlan, marks } = planning;
  return (
    <PlanDialog
      dialog={dialog}
      close={close}
      planning={planning}
      first={{
        title:
          known === null
            ? 'Synchronize this key group?'
            : `Synchronize all keys of ${quote(known.name)}?`,
        subject,
        sentence: '',
      }}
      about={{ groupId: group, keyId: null }}
      doing="Already synchronizing"
      missing={none ? 'Tick at least one.' : null}
      idle="Synchronize"
      nothingToDo={plan?.blocked?.code === 'NOTHING_TO_DO'}
      details={plan ? <ChangesInFull plan={plan} marks={marks} /> : null}
      start={{
        busy: start.busy,
        failure: start.failure,
        forget: start.forget,
        run: async ({ number }) => {
          const begun = await start.run({ group, ...boxes, plan: number });
          const [one, ...more] = begun?.jobs ?? [];
          if (one === undefined) return;
          if (more.length === 0) replace({ kind: 'job', job: one.jobId });
          else {
            closeAll();
            showJobsOf({ id: group, name: known?.name ?? '' });
          }
        },
      }}
    >
      <PlanSentence
        sentence={none ? 'Choose at least one.' : (plan?.sentence ?? '')}
        marks={marks}
      />
      <BoxesOfGroup
        boxes={boxes}
        hasPolicy={hasPolicy}
        onChange={(change) => {
          setBoxes({ ...ticked, ...change });
          start.forget();
        }}
      />
      <VersionsTable plan={lastPlan} current={plan !== null} marks={marks} />
    </PlanDialog>
  );
}

/** The two boxes, with what each means for all of them. */
function BoxesOfGroup({
  boxes,
  hasPolicy,
  onChange,
}: {
  readonly boxes: GroupBoxes;
  readonly hasPolicy: boolean;
  readonly onChange: (change: Partial<GroupBoxes>) => void;
}) {
  return (
    <div role="group" aria-label="What to bring in line" className={styles['boxes']}>
      <OneBox
        label="Update Policy"
        meaning={
          hasPolicy
            ? 'Puts the policy of the group back where it differs.'
            : 'Nothing to update: this group has no policy template.'
        }
        checked={boxes.updatePolicy}
        disabled={!hasPolicy}
        onChange={(updatePolicy) => onChange({ updatePolicy })}
      />
      <OneBox
        label="Import Key Material"
        meaning="Sends the saved copy again where AWS has none of ours."
        checked={boxes.importMaterial}
        onChange={(importMaterial) => onChange({ importMaterial })}
      />
      <p className="quiet">
        Delete Key Material is not offered for a whole group: Synchronize one key for that.
      </p>
    </div>
  );
}

function OneBox({
  label,
  meaning,
  checked,
  disabled = false,
  onChange,
}: {
  readonly label: string;
  readonly meaning: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (on: boolean) => void;
}) {
  const told = useId();
  return (
    <div className={styles['box']}>
      <label>
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          aria-describedby={told}
          onKeyDown={onlySpace}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      <span id={told} className="quiet">
        {meaning}
      </span>
    </div>
  );
}
