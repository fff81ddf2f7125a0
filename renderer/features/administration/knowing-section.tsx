import { type ReactNode, useState } from 'react';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Section } from '../../ui/screen.tsx';
import { KnowingDialog } from './knowing-dialog.tsx';

/** Something that assures less, and that a real keystore allows only when somebody knows what it means. */
export function KnowingSection(props: {
  readonly title: string;
  readonly realm: 'practice' | 'real';
  /** Why a practice keystore need not ask. */
  readonly inPractice: string;
  readonly allowed: boolean;
  readonly blocked: string | null;
  readonly busy: boolean;
  readonly failure: Failure | null;
  readonly whenAllowed: ReactNode;
  readonly whenNot: string;
  /** Opens the question. */
  readonly ask: string;
  readonly question: {
    readonly title: string;
    readonly deed: string;
    readonly agreement: string;
    readonly text: string;
  };
  /** True once it is allowed. */
  readonly onAllow: () => Promise<boolean>;
  /** Where it can be taken back. */
  readonly forbid?: { readonly label: string; readonly run: () => void };
}) {
  const { title, allowed, blocked, busy, failure, question, forbid } = props;
  const [asking, setAsking] = useState(false);
  if (props.realm === 'practice')
    return (
      <Section title={title}>
        <p>{props.inPractice}</p>
      </Section>
    );
  const allow = async (): Promise<void> => {
    if (await props.onAllow()) setAsking(false);
  };
  const back = forbid ? (
    <DeedButton blocked={blocked} disabled={busy} onClick={forbid.run}>
      {forbid.label}
    </DeedButton>
  ) : null;
  return (
    <Section
      title={title}
      deeds={
        allowed ? (
          back
        ) : (
          <DeedButton blocked={blocked} onClick={() => setAsking(true)}>
            {props.ask}
          </DeedButton>
        )
      }
    >
      <p>{allowed ? props.whenAllowed : props.whenNot}</p>
      {failure && !asking ? <FailureNotice failure={failure} /> : null}
      {asking ? (
        <KnowingDialog
          title={question.title}
          deed={question.deed}
          busy={busy}
          failure={failure}
          agreement={question.agreement}
          onClose={() => setAsking(false)}
          onDeed={() => void allow()}
        >
          <p>{question.text}</p>
        </KnowingDialog>
      ) : null}
    </Section>
  );
}
