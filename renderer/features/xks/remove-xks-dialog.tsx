import { useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import { Agreement } from '../../ui/choices.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Points } from './points.tsx';
import { useXksKey, useXksStore } from './use-target.ts';
import styles from './xks.module.css';
import { isolate, quote } from '../../../shared/text/isolate.ts';

type What = DialogProps<'xks-remove'>['dialog']['what'];

/** Takes away what cannot be put back: a store, an external key or version, a credential. */
export function RemoveXksDialog({ dialog, close }: DialogProps<'xks-remove'>) {
  const { what } = dialog;
  const [knows, setKnows] = useState(false);
  const blocked = useBlocked();
  const { name, absent, failure } = useRemoved(what);
  const removal = useRemoval(what);
  const words = wordsOf(what, name);
  const go = async (): Promise<void> => {
    if (!(await removal.run())) return;
    close();
    say(words.done);
  };
  return (
    <DialogFrame
      title={words.title}
      width="small"
      busy={removal.busy}
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus>Keep it</LeaveButton>
          <DeedButton
            variant="contained"
            color="error"
            blocked={blocked ?? absent ?? (knows ? null : 'Say that you know what it means.')}
            disabled={removal.busy}
            onClick={() => void go()}
          >
            {removal.busy ? 'Removing…' : words.deed}
          </DeedButton>
        </>
      }
    >
      <Points label="What follows" points={words.points} />
      <div className={styles['careful']}>
        <Agreement checked={knows} onChange={setKnows} disabled={removal.busy}>
          {words.agreement}
        </Agreement>
      </div>
      {failure ? <FailureNotice failure={failure} /> : null}
      {removal.failure ? <FailureNotice failure={removal.failure} /> : null}
    </DialogFrame>
  );
}

/** What is to be taken away, by its name; null until it was read. A credential is called by its id. */
function useRemoved(what: What) {
  const store = useXksStore(what.target === 'store' ? what.id : null);
  const key = useXksKey(what.target === 'key' || what.target === 'version' ? what.id : null);
  if (what.target === 'credential') return { name: what.id, absent: null, failure: null };
  const { thing, absent, failure } = what.target === 'store' ? store : key;
  return { name: thing?.name ?? null, absent, failure };
}

function useRemoval(what: What) {
  const store = useDeed('xksStore.remove');
  const key = useDeed('xksKey.remove');
  const version = useDeed('xksKey.destroyVersion');
  const credential = useDeed('xksStore.retireCredential');
  const run = async (): Promise<boolean> => {
    const confirm = true;
    if (what.target === 'credential')
      return (await credential.run({ accessKeyId: what.id, confirm })) !== null;
    if (what.target === 'version')
      return (await version.run({ key: what.id, version: what.number, confirm })) !== null;
    return what.target === 'store'
      ? (await store.run({ store: what.id, confirm })) !== null
      : (await key.run({ key: what.id, confirm })) !== null;
  };
  return {
    run,
    busy: store.busy || key.busy || version.busy || credential.busy,
    failure: store.failure ?? key.failure ?? version.failure ?? credential.failure,
  };
}

interface RemovalWords {
  readonly title: string;
  readonly deed: string;
  readonly points: readonly string[];
  readonly agreement: string;
  readonly done: string;
}

function wordsOf(what: What, known: string | null): RemovalWords {
  const kind = what.target === 'store' ? 'external key store' : 'external key';
  const name = known === null ? `the ${kind}` : isolate(known);
  const title = `Remove ${known === null ? name : `${kind} ${quote(known)}`}?`;
  switch (what.target) {
    case 'store':
      return {
        title,
        deed: `Remove ${name}`,
        points: [
          'Its path and its credentials are erased; proxies refuse requests under that path',
          'Nothing changes in AWS',
        ],
        agreement: 'I know that a store added later has another path.',
        done: `Removed the external key store ${name}.`,
      };
    case 'key':
      return {
        title,
        deed: `Remove ${name}`,
        points: [
          'It leaves this keystore and the device, with every version',
          'Backups taken before still hold it',
        ],
        agreement: 'I know that what was encrypted under it can be opened by nothing else.',
        done: `Removed the external key ${name}.`,
      };
    case 'version':
      return {
        title: `Destroy version ${what.number} of ${name}?`,
        deed: `Destroy version ${what.number}`,
        points: ['What this version encrypted can never be opened again'],
        agreement: 'I know that nothing encrypted under this version is still needed.',
        done: `Destroyed version ${what.number} of ${name}.`,
      };
    case 'credential':
      return {
        title: 'Retire a proxy credential?',
        deed: `Retire ${name}`,
        points: [
          `Requests that are signed with ${name} are refused within a second`,
          'Its secret is erased here',
        ],
        agreement: 'I know that AWS is refused if it still signs with this one.',
        done: `Retired the proxy credential ${name}.`,
      };
  }
}
