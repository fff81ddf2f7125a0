import type { ApprovalRule } from '../../../shared/contract/approval.ts';
import { neverWaits, ruleLimits, ruleName, ruleSentences } from '../../../shared/text/approvals.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { Section } from '../../ui/screen.tsx';

/** Which deeds need a second person, and what that is worth. */
export function RuleSection({
  rule,
  blocked,
}: {
  readonly rule: ApprovalRule;
  readonly blocked: string | null;
}) {
  const show = useDialogs((state) => state.show);
  return (
    <Section
      title="What needs a second person"
      deeds={
        <DeedButton blocked={blocked} onClick={() => show({ kind: 'approval-rule' })}>
          Change…
        </DeedButton>
      }
    >
      <p>
        A second person is needed for: <strong>{ruleName(rule)}</strong>.
      </p>
      <p>{ruleSentences[rule]}</p>
      {rule === 'off' ? null : <p className="quiet">{neverWaits}</p>}
      <p className="quiet">{ruleLimits}</p>
    </Section>
  );
}
