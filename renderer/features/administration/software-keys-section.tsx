import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { KnowingSection } from './knowing-section.tsx';

/** Keys that no hardware made may go to real AWS only after one explicit choice, which stays. */
export function SoftwareKeysSection(props: {
  readonly realm: 'practice' | 'real';
  readonly allowed: boolean;
  readonly blocked: string | null;
}) {
  const allow = useDeed('keystore.allowSoftwareModuleToAws');
  return (
    <KnowingSection
      {...props}
      title="Keys made by software"
      inPractice="Practice keys go to the practice KMS only, whatever made them."
      busy={allow.busy}
      failure={allow.failure}
      whenAllowed={
        <>
          <span className="tone-attention">! Allowed.</span> Keys of a software module, and keys
          that Keyreeve makes itself, may be sent to real AWS from this keystore. This cannot be
          taken back.
        </>
      }
      whenNot="Not allowed: only keys made in hardware are sent to real AWS from this keystore."
      ask="Allow them to go to AWS…"
      question={{
        title: 'Send keys made by software to AWS',
        deed: 'Allow them to go to AWS',
        agreement:
          'I know that a key made by software was never inside hardware, that it stays marked so for ever, and that this choice cannot be taken back for this keystore.',
        text: 'A software module keeps keys in files of this computer. Whoever copies them, and learns the PIN, has the keys that protect your data in AWS.',
      }}
      onAllow={async () => {
        if (!(await allow.run({ confirm: true }))) return false;
        say('Keys made by software may be sent to AWS from this keystore.');
        return true;
      }}
    />
  );
}
