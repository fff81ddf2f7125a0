import { useState } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { noFullBackupText, placeTroubleText } from '../../../shared/text/backup-place.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useDraftOnScreen } from '../../state/kept-on-screen.ts';
import { useDeed } from '../../state/reads.ts';
import { BackupReport, type Report } from '../../ui/backup-report.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { FolderField, isAbsolutePath } from '../../ui/folder-field.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Facts, Section } from '../../ui/screen.tsx';
import styles from './administration.module.css';

type Status = OutputFor<'keystore.status'>;

/** Where the second copy of everything is, how old it is, and whether it would open. */
export function BackupSection({
  status: { backup, realm },
  blocked,
}: {
  readonly status: Status;
  readonly blocked: string | null;
}) {
  const setPlace = useDeed('keystore.setBackupPlace');
  const backUp = useDeed('keystore.backup');
  const show = useDialogs((state) => state.show);
  const [typed, setTyped] = useDraftOnScreen('backup place', backup.place ?? '');
  const [report, setReport] = useState<Report | null>(null);
  const [last, setLast] = useState<'place' | 'backup'>('backup');
  const busy = setPlace.busy || backUp.busy;
  const failure = (last === 'place' ? setPlace : backUp).failure;
  // another disk in the same folder becomes the place once a person says so
  const another = backup.trouble?.details['emptied'] === true;
  const fits = isAbsolutePath(typed) && (another || typed.trim() !== backup.place);
  const run = async (what: typeof last): Promise<void> => {
    setLast(what);
    if (what === 'place') setTyped(typed.trim());
    setReport(null);
    setReport(
      what === 'place' ? await setPlace.run({ place: typed.trim() }) : await backUp.run({}),
    );
  };
  return (
    <Section
      title="Backup"
      deeds={
        <>
          <DeedButton
            variant={backup.place === null ? 'outlined' : 'contained'}
            blocked={
              blocked ?? (backup.place === null ? 'Choose a place for backups first.' : null)
            }
            disabled={busy}
            onClick={() => void run('backup')}
          >
            {backUp.busy ? 'Backing up and checking…' : 'Back up now'}
          </DeedButton>
          <DeedButton onClick={() => show({ kind: 'restore' })}>Verify or restore…</DeedButton>
        </>
      }
    >
      <Facts facts={factsOf(backup, realm)} />
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (fits && blocked === null && !busy) void run('place');
        }}
      >
        <FolderField
          label="Place for backups"
          value={typed}
          disabled={busy}
          help="A folder on another disk of the computer that runs Keyreeve. The change backs up to it at once."
          onChange={setTyped}
        />
        {fits ? (
          <DeedButton type="submit" blocked={blocked} disabled={busy}>
            {setPlace.busy ? 'Backing up to it…' : 'Use this place'}
          </DeedButton>
        ) : null}
      </form>
      {failure ? <FailureNotice failure={failure} /> : null}
      {report ? <BackupReport report={report} /> : null}
    </Section>
  );
}

function factsOf(
  backup: Status['backup'],
  realm: Status['realm'],
): Parameters<typeof Facts>[0]['facts'] {
  const at = (time: number | null, none = 'never') =>
    time === null ? none : <Moment key={time} at={time} />;
  const trouble = placeTroubleText(backup);
  return [
    [
      'Goes to',
      backup.place === null ? (
        <span key="none" className="tone-attention">
          {realm === 'practice'
            ? '! Nowhere yet. A practice keystore works without one; its keys would be lost with this file.'
            : '! Nowhere yet. No key is sent to AWS before there is one.'}
        </span>
      ) : (
        <span key="place">
          <code>{backup.place}</code>
          {trouble === null ? null : <span className="tone-attention"> ! {trouble}</span>}
        </span>
      ),
    ],
    ['Last full backup', at(backup.lastFullAt, noFullBackupText(backup) ?? undefined)],
    ['Last increment', at(backup.lastIncrementAt)],
    ['Last verified', at(backup.lastVerifiedAt)],
  ];
}
