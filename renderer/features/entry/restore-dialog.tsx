import Button from '@mui/material/Button';
import { useRef, useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useKept } from '../../state/kept.ts';
import { useNotices } from '../../state/notices.ts';
import { type Read, useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { BackupReport, type Report } from '../../ui/backup-report.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import { FolderField, isAbsolutePath } from '../../ui/folder-field.tsx';
import { OpeningFields, type OpeningHandle } from '../../ui/opening-fields.tsx';
import { BackupFacts, Destination } from './restore-facts.tsx';

/** Looks at a backup, proves it, and makes a keystore from it where none stands yet. */
export function RestoreDialog({ dialog, close }: DialogProps<'restore'>) {
  const keystore = useSnapshot().data?.keystore;
  const [typed, setTyped] = useKept(dialog, () => '', 'typed');
  const [from, setFrom] = useKept<string | null>(dialog, () => null, 'from');
  const look = useRead('keystore.lookAtBackup', { from }, { enabled: from !== null, keep: false });
  const work = useRestoring(from, close);
  const fields = useRef<OpeningHandle>(null);
  useFocusAfterFailure({ busy: work.busy !== null, failure: work.failure }, () =>
    fields.current?.focus(),
  );
  const found = from === null ? undefined : look.data;
  // Where not even the state can be told, something stands there.
  const free = keystore?.state === 'absent';

  const submit = (): void => {
    if (found) void work.run(free ? 'restore' : 'verify', fields.current);
    else if (from === typed.trim()) look.again();
    else if (isAbsolutePath(typed)) setFrom(typed.trim());
  };
  return (
    <DialogFrame
      title="Restore from a backup"
      busy={work.busy !== null}
      onClose={close}
      onSubmit={submit}
      deeds={
        <>
          <LeaveButton>Close</LeaveButton>
          {found && free ? (
            <Button
              disabled={work.busy !== null}
              onClick={() => void work.run('verify', fields.current)}
            >
              {work.busy === 'verify' ? 'Checking every part…' : 'Verify only'}
            </Button>
          ) : null}
          <DeedButton
            type="submit"
            variant="contained"
            unmarked={!found}
            disabled={work.busy !== null}
            blocked={found || isAbsolutePath(typed) ? null : 'Give the whole path of the folder.'}
          >
            {found ? sayDeed(free, work.busy) : 'Look at the backup'}
          </DeedButton>
        </>
      }
    >
      <Destination free={free} path={keystore?.path ?? ''} from={from ?? typed.trim()} />
      <FolderField
        label="Folder of the backup"
        value={typed}
        autoFocus
        disabled={work.busy !== null}
        help="The place that receives backups, or one copy in it, on the computer that runs Keyreeve."
        onChange={(next) => {
          setTyped(next);
          setFrom(null);
          work.forget();
        }}
      />
      {from === null ? null : <Looking look={look} />}
      {found ? (
        <>
          <BackupFacts found={found} proved={work.report !== null} />
          <OpeningFields
            ref={fields}
            slots={found.slots}
            failure={work.failure}
            disabled={work.busy !== null}
            autoFocus
          />
        </>
      ) : null}
      {work.failure ? <FailureNotice failure={work.failure} /> : null}
      {work.report ? <BackupReport report={work.report} /> : null}
    </DialogFrame>
  );
}

function Looking({ look }: { readonly look: Pick<Read<unknown>, 'failure' | 'pending'> }) {
  if (look.failure) return <FailureNotice failure={look.failure} />;
  return look.pending ? <p role="status">Reading what the backup says.</p> : null;
}

type Work = 'verify' | 'restore';

const sayDeed = (free: boolean, busy: Work | null): string => {
  if (free) return busy === 'restore' ? 'Restoring…' : 'Restore this backup';
  return busy === 'verify' ? 'Checking every part…' : 'Verify this backup';
};

/** Verifies or restores with what the fields give, and keeps how it ended. */
function useRestoring(from: string | null, close: () => void) {
  const verify = useDeed('keystore.verifyBackup');
  const restore = useDeed('keystore.restore');
  const [last, setLast] = useState<Work>('verify');
  const [report, setReport] = useState<Report | null>(null);
  const run = async (deed: Work, fields: OpeningHandle | null): Promise<void> => {
    const opening = fields?.take();
    if (!opening || from === null) return;
    setLast(deed);
    setReport(null);
    if (deed === 'verify') {
      setReport(await verify.run({ ...opening, from }));
    } else if (await restore.run({ ...opening, from })) {
      close();
      // Nothing is said on the page that asks for the passphrase: it has to be there behind it.
      const text = 'Restored from a backup. Its jobs wait until somebody has looked at them.';
      useNotices.getState().say({ text, jobId: null, tone: 'good', stays: true });
    }
  };
  return {
    run,
    report,
    failure: (last === 'verify' ? verify : restore).failure,
    busy: verify.busy ? ('verify' as const) : restore.busy ? ('restore' as const) : null,
    forget: () => {
      verify.forget();
      restore.forget();
      setReport(null);
    },
  };
}
