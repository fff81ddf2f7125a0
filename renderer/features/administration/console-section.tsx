import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { KnowingSection } from './knowing-section.tsx';

/** Whether a browser may open this keystore: less is assured there than on the desktop. */
export function ConsoleSection(props: {
  readonly realm: 'practice' | 'real';
  readonly allowed: boolean;
  readonly blocked: string | null;
}) {
  const change = useDeed('setting.change');
  const set = async (consoleAllowed: boolean): Promise<boolean> => {
    if (!(await change.run({ consoleAllowed, confirm: true }))) return false;
    say(
      consoleAllowed
        ? 'The browser console may open this keystore.'
        : 'The browser console may no longer open this keystore.',
    );
    return true;
  };
  return (
    <KnowingSection
      {...props}
      title="Browser console"
      inPractice="A practice keystore may always be opened in the browser console."
      busy={change.busy}
      failure={change.failure}
      whenAllowed={
        <>
          <span className="tone-attention">! Allowed, with reduced assurance.</span> Browser
          extensions and other software of this account can read what the page shows. Forbidding it
          ends the work in a browser at once.
        </>
      }
      whenNot="Not allowed: this keystore opens on the desktop and on the command line only."
      ask="Allow the browser console…"
      question={{
        title: 'Allow the browser console',
        deed: 'Allow it for this keystore',
        agreement:
          'I know that browser extensions and other software of this account can read what the page shows, and can act in it while the keystore is open.',
        text: 'The browser console shows everything that the desktop shows, and does everything it does. No key material passes through it, but a browser guards its pages less well.',
      }}
      onAllow={() => set(true)}
      forbid={{ label: 'Forbid the browser console', run: () => void set(false) }}
    />
  );
}
