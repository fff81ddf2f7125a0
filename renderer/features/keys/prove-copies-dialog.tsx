import { useState } from 'react';
import { copyProofs, proofVerdict } from '../../../shared/text/key-looks.ts';
import { keyStates } from '../../../shared/text/states.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useDialogs } from '../../state/dialogs.ts';
import { useBlocked } from '../../state/blocked.ts';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import styles from './keys.module.css';
import { type ProvenKey, useProveCopies } from './use-prove-copies.ts';
import { isolate } from '../../../shared/text/isolate.ts';

const columns: readonly Column<ProvenKey>[] = [
  { id: 'version', title: 'Version', width: '80px', align: 'end', cell: ({ key }) => key.version },
  {
    id: 'proof',
    title: 'Keystore copy',
    width: 'minmax(176px, 1fr)',
    cell: ({ proof }) => <StateWord state={copyProofs[proof]} />,
  },
  {
    id: 'kcv',
    title: 'KCV noted at birth',
    width: 'minmax(144px, 1fr)',
    cell: ({ key }) => <code>{key.kcv.value}</code>,
  },
  {
    id: 'state',
    title: 'State',
    width: 'minmax(132px, 1fr)',
    cell: ({ key }) => <StateWord state={keyStates[key.state]} />,
  },
];

/** Could these keys be put back tomorrow? Their kept copies are opened now, one after the other. */
export function ProveCopiesDialog({ dialog, close }: DialogProps<'prove-copies'>) {
  const { of } = dialog;
  const { keys, failure, busy, again } = useProveCopies(of);
  const [selected, setSelected] = useState<string | null>(null);
  const show = useDialogs((state) => state.show);
  const blocked = useBlocked();
  const differs = keys.some(({ proof }) => proof === 'differs');
  const done = !busy && failure === null;
  return (
    <DialogFrame
      title={
        of.what === 'key'
          ? `Keystore copy of ${isolate(of.name)}`
          : `Keystore copies of ${isolate(of.name)}`
      }
      subject="Each is opened where it was made and held against the KCV noted at birth. AWS is not asked."
      width="wide"
      onClose={close}
      deeds={
        <>
          <LeaveButton autoFocus>{busy ? 'Stop and close' : 'Close'}</LeaveButton>
          <DeedButton blocked={busy ? '' : blocked} onClick={again}>
            {busy ? 'Proving…' : 'Prove again'}
          </DeedButton>
        </>
      }
    >
      <div className={styles['look']} aria-busy={busy}>
        {failure ? <FailureNotice failure={failure} /> : null}
        {done && differs ? (
          <FailureNotice failure={{ code: 'HSM_KEY_DIFFERS', details: {} }} />
        ) : null}
        <p role="status">
          {keys.length === 0 && busy
            ? 'Keys are being read.'
            : proofVerdict(keys.map(({ proof }) => proof))}
        </p>
        <div className={styles['proofs']}>
          <DataTable
            label="Copies"
            columns={columns}
            rows={keys}
            idOf={({ key }) => key.id}
            selected={selected}
            onSelect={({ key }) => setSelected(key.id)}
            onOpen={({ key }) => show({ kind: 'key-properties', key: key.id })}
            empty={busy ? 'Being read.' : 'No keys yet.'}
          />
        </div>
      </div>
    </DialogFrame>
  );
}
