import { useState } from 'react';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Section } from '../../ui/screen.tsx';
import { KnowingDialog } from './knowing-dialog.tsx';

/** Whether a browser may open this keystore: less is assured there than on the desktop. */
export function ConsoleSection({
  realm,
  allowed,
  blocked,
}: {
  readonly realm: 'practice' | 'real';
  readonly allowed: boolean;
  readonly blocked: string | null;
}) {
  const change = useDeed('setting.change');
  const [asking, setAsking] = useState(false);
  const set = async (consoleAllowed: boolean): Promise<void> => {
    if (!(await change.run({ consoleAllowed, confirm: true }))) return;
    setAsking(false);
    say(
      consoleAllowed
        ? 'The browser console may open this keystore.'
        : 'The browser console may no longer open this keystore.',
    );
  };
  if (realm === 'practice')
    return (
      <Section title="Browser console">
        <p>A practice keystore may always be opened in the browser console.</p>
      </Section>
    );
  return (
    <Section
      title="Browser console"
      deeds={
        allowed ? (
          <DeedButton blocked={blocked} disabled={change.busy} onClick={() => void set(false)}>
            Forbid the browser console
          </DeedButton>
        ) : (
          <DeedButton blocked={blocked} onClick={() => setAsking(true)}>
            Allow the browser console…
          </DeedButton>
        )
      }
    >
      <p>
        {allowed ? (
          <>
            <span className="tone-attention">! Allowed, with reduced assurance.</span> Browser
            extensions and other software of this account can read what the page shows. Forbidding
            it ends the work in a browser at once.
          </>
        ) : (
          'Not allowed: this keystore opens on the desktop and on the command line only.'
        )}
      </p>
      {change.failure && !asking ? <FailureNotice failure={change.failure} /> : null}
      {asking ? (
        <KnowingDialog
          title="Allow the browser console"
          deed="Allow it for this keystore"
          busy={change.busy}
          failure={change.failure}
          agreement="I know that browser extensions and other software of this account can read what the page shows, and can act in it while the keystore is open."
          onClose={() => setAsking(false)}
          onDeed={() => void set(true)}
        >
          <p>
            The browser console shows everything that the desktop shows, and does everything it
            does. No key material passes through it, but a browser guards its pages less well.
          </p>
        </KnowingDialog>
      ) : null}
    </Section>
  );
}
