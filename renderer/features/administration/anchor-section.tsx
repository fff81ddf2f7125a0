import Button from '@mui/material/Button';
import { useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { StateText } from '../../../shared/text/states.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { Section } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { KnowingDialog } from './knowing-dialog.tsx';

type Status = OutputFor<'keystore.status'>;

const words: Readonly<Record<Status['anchor'], StateText>> = {
  matches: { glyph: '✓', word: 'The newest that the HSM remembers.', tone: 'good' },
  older: { glyph: '!', word: 'Older than the HSM remembers.', tone: 'attention' },
  'not-read': { glyph: '?', word: 'Not compared with the HSM yet.', tone: 'quiet' },
  none: { glyph: '–', word: 'The HSM knew nothing of this keystore before.', tone: 'quiet' },
};

const meaning: Readonly<Record<Status['anchor'], string>> = {
  matches: 'A keystore file that is put back from an older copy would be noticed.',
  older:
    'It is open for reading only. Keys made later may be missing here, and AWS may hold newer ones.',
  'not-read': 'They are compared as soon as the PIN of the HSM was accepted.',
  none: 'It remembers this one from now on.',
};

/** Whether this is the newest state of the keystore, as far as the HSM can tell. */
export function AnchorSection({ status }: { readonly status: Status }) {
  const hsm = useSnapshot().data?.hsm ?? 'none';
  const show = useDialogs((state) => state.show);
  const unlock = useDeed('keystore.unlock');
  const [asking, setAsking] = useState(false);
  const { anchor } = status;
  const accept = async (): Promise<void> => {
    if (!(await unlock.run({ acceptOlder: true }))) return;
    setAsking(false);
    say('This keystore is the one to go on with. Compare every group with AWS.');
  };
  return (
    <Section
      title="Is this the newest keystore?"
      deeds={
        anchor === 'older' ? (
          <Button onClick={() => setAsking(true)}>Go on with this older keystore…</Button>
        ) : anchor === 'not-read' && hsm === 'pin-needed' ? (
          <Button onClick={() => show({ kind: 'enter-pin' })}>Enter PIN…</Button>
        ) : null
      }
    >
      {hsm === 'none' && anchor === 'not-read' ? (
        <p>
          <StateWord state={words['not-read']} />{' '}
          <span className="quiet">
            No HSM is attached, so that nothing outside this file remembers how new it is.
          </span>
        </p>
      ) : (
        <p>
          <StateWord state={words[anchor]} /> <span className="quiet">{meaning[anchor]}</span>
        </p>
      )}
      {asking ? (
        <KnowingDialog
          title="Go on with an older keystore"
          deed="Go on with this keystore"
          busy={unlock.busy}
          failure={unlock.failure}
          agreement="I have looked for a newer copy, and this is the one to go on with. The HSM then remembers this one as the newest."
          onClose={() => setAsking(false)}
          onDeed={() => void accept()}
        >
          <p>
            Keys made after this copy are missing here. Where AWS holds newer keys, Synchronize and
            Force Rotate would work against them: compare every group with AWS first.
          </p>
        </KnowingDialog>
      ) : null}
    </Section>
  );
}
