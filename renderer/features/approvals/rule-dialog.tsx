import { useState } from 'react';
import { type ApprovalRule } from '../../../shared/contract/approval.ts';
import {
  neverWaits,
  ruleLimits,
  ruleNames,
  ruleSentences,
} from '../../../shared/text/approvals.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { type Choice, Choices } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

const choicesFor = (somebody: boolean): readonly Choice<ApprovalRule>[] =>
  (['off', 'destructive', 'every-deed'] as const).map((rule) => ({
    value: rule,
    label: capital(ruleNames[rule]),
    meaning: ruleSentences[rule],
    blocked: rule === 'off' || somebody ? null : 'Add an approver first: nobody could approve.',
  }));

/** Says which deeds need a second person. While a rule stands, a change of it needs one, too. */
export function RuleDialog({ close }: DialogProps<'approval-rule'>) {
  const list = useRead('approval.list', {});
  const people = useRead('approver.list', {});
  const set = useDeed('approval.setRule');
  const blocked = useBlocked();
  const [chosen, choose] = useState<ApprovalRule | null>(null);
  const now = list.data?.rule;
  const rule = chosen ?? now ?? null;
  const failure = set.failure ?? list.failure ?? people.failure;
  const why = blocked ?? (rule === null || rule === now ? 'Choose another first.' : null);
  const go = async (): Promise<void> => {
    if (why !== null || rule === null || !(await set.run({ rule }))) return;
    close();
    say(`A second person is needed for ${ruleNames[rule]}.`);
  };
  return (
    <DialogFrame
      title="What needs a second person"
      busy={set.busy}
      onClose={close}
      onSubmit={() => void go()}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton type="submit" variant="contained" disabled={set.busy} blocked={why}>
            {set.busy ? 'Changing…' : 'Use this rule'}
          </DeedButton>
        </>
      }
    >
      {now === undefined || people.data === undefined ? (
        failure === null ? (
          <p role="status">Reading what needs a second person.</p>
        ) : null
      ) : (
        <Choices
          legend="A second person is needed for"
          choices={choicesFor(people.data.approvers.length > 0)}
          value={rule}
          onChoose={choose}
          disabled={set.busy}
          autoFocus
        />
      )}
      {now === undefined || now === 'off' ? null : (
        <p>
          To change this needs a second person, too. A change that nobody refuses for seven days
          holds by itself: then do it again.
        </p>
      )}
      <p className="quiet">{neverWaits}</p>
      <p className="quiet">{ruleLimits}</p>
      {failure ? <FailureNotice failure={failure} /> : null}
      {blocked === null ? null : <p className="quiet">{blocked}</p>}
    </DialogFrame>
  );
}
