import Button from '@mui/material/Button';
import { useEffect, useRef, useState } from 'react';
import { lockTexts } from '../../../shared/text/states.ts';
import { useConnection } from '../../state/connection.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useLocking } from '../../state/locking.ts';
import { type Deed, useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { Agreement } from '../../ui/choices.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import { type Opening, OpeningFields, type OpeningHandle } from '../../ui/opening-fields.tsx';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';
import { RefusedByConsole } from './refused-by-console.tsx';
import { WhyLocked } from './why-locked.tsx';

const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** The keystore is there and locked: what opens it goes straight to the core. */
export function Unlock() {
  const snapshot = useSnapshot().data;
  const status = useRead('keystore.status', {});
  const unlock = useDeed('keystore.unlock');
  const show = useDialogs((state) => state.show);
  const fields = useRef<OpeningHandle>(null);
  const [acceptOlder, setAcceptOlder] = useState(false);
  // What is typed stays, also while this is read again behind a line that broke.
  const [ready, setReady] = useState(false);
  if (!ready && !status.pending) setReady(true);
  const path = snapshot?.keystore.path ?? '';
  const realm = status.data?.realm ?? snapshot?.keystore.realm ?? null;
  useFocusAfterFailure(unlock, () => fields.current?.focus());
  const again = useAnswerLost(unlock);
  const older = unlock.failure?.code === 'KEYSTORE_OLDER_THAN_ANCHOR';

  const open = async (): Promise<void> => {
    const opening: Opening | null = fields.current?.take() ?? null;
    if (!opening) return;
    await unlock.run(acceptOlder ? { ...opening, acceptOlder } : opening);
  };
  const busyTitle = unlock.busy ? 'Opening…' : `Unlock ${fileName(path)}`;
  return (
    <EntryFrame
      title={`Unlock ${fileName(path)}`}
      path={path}
      realm={realm}
      lead={<RealmLine realm={realm} />}
    >
      {snapshot?.lock ? <WhyLocked note={snapshot.lock} /> : null}
      <Paused />
      {again ? (
        <p role="status">The connection is back. Nothing was opened: type it again.</p>
      ) : null}
      {status.failure ? <FailureNotice failure={status.failure} /> : null}
      <form
        className={styles['steps']}
        onSubmit={(event) => {
          event.preventDefault();
          if (!unlock.busy) void open();
        }}
        noValidate
      >
        {!ready ? (
          <p role="status">Reading how this keystore opens.</p>
        ) : (
          <OpeningFields
            ref={fields}
            slots={status.data?.slots ?? []}
            failure={unlock.failure}
            disabled={unlock.busy}
            autoFocus
          />
        )}
        {unlock.failure?.code === 'CONSOLE_NOT_ALLOWED' ? (
          <RefusedByConsole failure={unlock.failure} path={path} />
        ) : unlock.failure ? (
          <FailureNotice failure={unlock.failure} />
        ) : null}
        {older ? (
          <Agreement checked={acceptOlder} onChange={setAcceptOlder} disabled={unlock.busy}>
            Go on with this older keystore. Keys made after it are missing here, and AWS may hold
            newer ones: every group is to be compared with AWS. The HSM then remembers this one.
          </Agreement>
        ) : null}
        <EntryDeeds>
          <Button type="submit" variant="contained" disabled={unlock.busy || !ready}>
            {busyTitle}
          </Button>
          <Button variant="text" onClick={() => show({ kind: 'restore' })}>
            Restore from a backup…
          </Button>
        </EntryDeeds>
      </form>
      <p className="detail">
        Wrong keystore? Start Keyreeve with <code>--keystore FILE</code>. What is typed here goes
        straight to the process that holds the keystore; the window keeps none of it.
      </p>
    </EntryFrame>
  );
}

/** The answer to an unlock was lost, and the line is back: whether it opened is seen by now. */
function useAnswerLost({ busy, failure, forget }: Deed<'keystore.unlock'>): boolean {
  const connection = useConnection((state) => state.state.kind);
  const [again, setAgain] = useState(false);
  const lost = failure?.code === 'CONNECTION_LOST';
  useEffect(() => {
    if (connection !== 'open' || !lost) return;
    setAgain(true);
    forget();
    // Only when the line comes back; what is given here is new at every render.
  }, [connection]);
  useEffect(() => {
    if (busy) setAgain(false);
  }, [busy]);
  return again;
}

function RealmLine({ realm }: { readonly realm: 'practice' | 'real' | null }) {
  if (realm === 'real') return <strong>This keystore holds real keys.</strong>;
  if (realm === 'practice') return 'A practice keystore: it talks to the practice KMS only.';
  return 'Whether it holds real or practice keys is said once it is open.';
}

/** What the lock that came before this page did to jobs. */
function Paused() {
  const paused = useLocking((state) => state.paused) ?? 0;
  return paused === 0 ? null : <p role="status">{lockTexts.paused(paused)}</p>;
}
