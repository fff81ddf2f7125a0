import { useState } from 'react';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Section } from '../../ui/screen.tsx';
import { KnowingDialog } from './knowing-dialog.tsx';

/** Keys that no hardware made may go to real AWS only after one explicit choice, which stays. */
export function SoftwareKeysSection({
  realm,
  allowed,
  blocked,
}: {
  readonly realm: 'practice' | 'real';
  readonly allowed: boolean;
  readonly blocked: string | null;
}) {
  const allow = useDeed('keystore.allowSoftwareModuleToAws');
  const [asking, setAsking] = useState(false);
  const go = async (): Promise<void> => {
    if (!(await allow.run({ confirm: true }))) return;
    setAsking(false);
    say('Keys made by software may be sent to AWS from this keystore.');
  };
  if (realm === 'practice')
    return (
      <Section title="Keys made by software">
        <p>Practice keys go to the practice KMS only, whatever made them.</p>
      </Section>
    );
  return (
    <Section
      title="Keys made by software"
      deeds={
        allowed ? null : (
          <DeedButton blocked={blocked} onClick={() => setAsking(true)}>
            Allow them to go to AWS…
          </DeedButton>
        )
      }
    >
      <p>
        {allowed ? (
          <>
            <span className="tone-attention">! Allowed.</span> Keys of a software module, and keys
            that Keyreeve makes itself, may be sent to real AWS from this keystore. This cannot be
            taken back.
          </>
        ) : (
          'Not allowed: only keys made in hardware are sent to real AWS from this keystore.'
        )}
      </p>
      {allow.failure && !asking ? <FailureNotice failure={allow.failure} /> : null}
      {asking ? (
        <KnowingDialog
          title="Send keys made by software to AWS"
          deed="Allow them to go to AWS"
          busy={allow.busy}
          failure={allow.failure}
          agreement="I know that a key made by software was never inside hardware, that it stays marked so for ever, and that this choice cannot be taken back for this keystore."
          onClose={() => setAsking(false)}
          onDeed={() => void go()}
        >
          <p>
            A software module keeps keys in files of this computer. Whoever copies them, and learns
            the PIN, has the keys that protect your data in AWS.
          </p>
        </KnowingDialog>
      ) : null}
    </Section>
  );
}
