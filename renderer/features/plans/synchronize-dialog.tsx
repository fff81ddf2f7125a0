import Button from '@mui/material/Button';
import { usualEnd } from '../../../shared/model/material-end.ts';
import { aesWorks, keyWorks } from '../../../shared/text/key-works.ts';
import { placeInKey, synchronizeWords } from '../../../shared/text/synchronize.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import {
  type Boxes,
  countingBoxes,
  dateProblem,
  firstBoxes,
  type Until,
  validToOf,
} from './boxes.ts';
import { boxMeanings, BoxesFields, UntilField } from './boxes-fields.tsx';
import { ComparisonTable } from './comparison-table.tsx';
import { PlanDialog } from './plan-dialog.tsx';
import { ChangesInFull, PlanSentence } from './plan-sections.tsx';
import { TypeTheName } from './type-the-name.tsx';
import { usePlan } from './use-plan.ts';
import { isolate, quote } from '../../../shared/text/isolate.ts';

type KeyDetail = OutputFor<'key.show'>;

/** The call for these boxes; what is not imported has no end. */
function inputFor(key: string, boxes: Boxes, until: Until) {
  const { deleteMaterial, updatePolicy, importMaterial } = boxes;
  const validTo = importMaterial ? validToOf(until) : undefined;
  const choices = { key, deleteMaterial, updatePolicy, importMaterial };
  return validTo === undefined ? choices : { ...choices, validTo };
}

/** The words before anything was read from AWS. */
function firstWords(key: KeyDetail | null) {
  if (key === null) return { title: 'Synchronize this key?', subject: '', sentence: '' };
  const { remote } = key;
  return {
    title: `Synchronize ${quote(key.groupName)}, version ${key.version}?`,
    subject: remote ? `${remote.account} · ${remote.region} · KMS key ${remote.keyId}` : '',
    sentence: '',
  };
}

/** What is still missing before it can start; null when nothing is. */
function whatIsMissing(
  boxes: Boxes,
  problem: string | null,
  confirmName: string | null,
  typed: string,
): string | null {
  if (!boxes.deleteMaterial && !boxes.updatePolicy && !boxes.importMaterial)
    return 'Tick at least one.';
  if (boxes.importMaterial && problem !== null) return problem;
  return confirmName !== null && typed !== confirmName
    ? `Type ${isolate(confirmName)} first.`
    : null;
}

/** Brings one KMS key in line with the key kept here: three boxes, and what they would do. */
export function SynchronizeDialog({ dialog, close }: DialogProps<'synchronize'>) {
  const { key } = dialog;
  const [ticked, setBoxes] = useKept(dialog, () => firstBoxes, 'boxes');
  const [until, setUntil] = useKept<Until>(dialog, () => ({ kind: 'usual' }), 'until');
  const [typed, setTyped] = useKept(dialog, () => '', 'typed');
  const replace = useDialogs((state) => state.replace);
  const shown = useRead('key.show', { key });
  const known = shown.data ?? null;
  const group = useRead('group.show', { group: known?.groupId ?? '' }, { enabled: known !== null });
  const days = group.data?.group.awsDeletesMaterialAfterDays ?? null;
  const asGroup = days === null ? null : Date.now() + days * 86_400_000;
  const read = known !== null && group.data !== undefined;
  const hasPolicy = group.data?.group.hasPolicy ?? true;
  const boxes = countingBoxes(ticked, hasPolicy);
  const problem = dateProblem(until, Date.now());
  const input = inputFor(key, boxes, until);
  const idle = whatIsMissing(boxes, problem, null, '');
  // What the group is like decides what is planned: asked for once, not twice.
  const told = group.data !== undefined || (group.failure ?? shown.failure) !== null;
  const planning = usePlan('key.planSynchronize', input, idle === null && told);
  const start = useDeed('key.synchronize');
  const { plan, lastPlan, marks } = planning;
  const confirmName = plan?.confirmName ?? null;
  const place = placeInKey(known?.remote?.materialState ?? null);
  const works = known ? keyWorks(known) : aesWorks;
  const words = synchronizeWords(boxes, known?.version ?? 1, works, place);
  const meanings = boxMeanings(lastPlan?.comparison ?? [], hasPolicy);
  const takesAway = boxes.deleteMaterial && !boxes.importMaterial;
  const change = (next: Boxes): void => {
    setBoxes({ ...next, updatePolicy: hasPolicy ? next.updatePolicy : ticked.updatePolicy });
    setTyped('');
    start.forget();
  };
  const details = plan ? <ChangesInFull plan={plan} marks={marks} /> : null;
  return (
    <PlanDialog
      dialog={dialog}
      close={close}
      planning={planning}
      first={firstWords(known)}
      about={{ groupId: known?.groupId ?? null, keyId: key }}
      doing="Already synchronizing"
      careful={boxes.deleteMaterial}
      takesAway={takesAway}
      missing={whatIsMissing(boxes, problem, confirmName, typed)}
      idle={words.button}
      details={details}
      start={{
        busy: start.busy,
        failure: start.failure,
        forget: start.forget,
        run: async ({ number }) => {
          const confirm = confirmName === null ? {} : { confirm: typed };
          const begun = await start.run({ ...input, plan: number, ...confirm });
          if (begun) replace({ kind: 'job', job: begun.jobId });
        },
      }}
      {...(confirmName === null
        ? {}
        : { before: <TypeTheName name={confirmName} typed={typed} onChange={setTyped} /> })}
    >
      <ComparisonTable plan={lastPlan} current={plan !== null} marks={marks} />
      <BoxesFields
        boxes={boxes}
        meanings={meanings}
        cannot={hasPolicy ? [] : ['updatePolicy']}
        beside={hasPolicy && known?.remote ? { updatePolicy: <Compare of={key} /> } : {}}
        onChange={change}
      >
        <UntilField
          until={until}
          usual={read ? usualEnd(known.remote, asGroup, boxes, Date.now()) : 'unread'}
          disabled={!boxes.importMaterial}
          problem={boxes.importMaterial ? problem : null}
          onChange={setUntil}
        />
      </BoxesFields>
      <PlanSentence sentence={plan?.sentence ?? words.sentence} marks={marks} />
    </PlanDialog>
  );
}

/** What the template says against what AWS has, before it is put back. */
function Compare({ of }: { readonly of: string }) {
  const show = useDialogs((state) => state.show);
  return <Button onClick={() => show({ kind: 'key-policy', key: of })}>Compare</Button>;
}
