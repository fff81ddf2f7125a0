import Button from '@mui/material/Button';
import { isFailureCode } from '../../../shared/errors/operation-error.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useReadOften } from '../../state/read-often.ts';
import { useRead } from '../../state/reads.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { ScreenFrame } from '../../ui/screen.tsx';
import { AnchorSection } from './anchor-section.tsx';
import { BackupSection } from './backup-section.tsx';
import { ConsoleSection } from './console-section.tsx';
import { LockSection } from './lock-section.tsx';
import { RotationLimitSection } from './rotation-limit-section.tsx';
import { SlotsSection } from './slots-section.tsx';
import { SoftwareKeysSection } from './software-keys-section.tsx';

/** What opens the keystore, what closes it, where its second copy is, and what it counts with. */
export function SecurityScreen() {
  const status = useRead('keystore.status', {});
  // A disk with backups is pulled and comes back without telling anybody.
  useReadOften(status);
  const settings = useRead('setting.show', {});
  const blocked = useBlocked();
  const failure = status.failure ?? settings.failure;
  return (
    <ScreenFrame screen="security" padded>
      {failure ? (
        <FailureNotice failure={failure}>
          <Button
            variant="contained"
            onClick={() => {
              status.again();
              settings.again();
            }}
          >
            Read again
          </Button>
        </FailureNotice>
      ) : null}
      {!status.data && !failure ? <p role="status">Reading how this keystore is kept.</p> : null}
      {status.data?.state === 'read-only' ? <ReadOnly reason={status.data.reason} /> : null}
      {status.data?.anchor === 'older' ? <AnchorSection status={status.data} /> : null}
      {status.data ? (
        <>
          <SlotsSection slots={status.data.slots} blocked={blocked} />
          <BackupSection status={status.data} blocked={blocked} />
        </>
      ) : null}
      {settings.data ? (
        <LockSection
          key={settings.data.autoLockMinutes}
          minutes={settings.data.autoLockMinutes}
          blocked={blocked}
        />
      ) : null}
      {settings.data && status.data?.realm ? (
        <>
          <ConsoleSection
            realm={status.data.realm}
            allowed={settings.data.consoleAllowed}
            blocked={blocked}
          />
          <SoftwareKeysSection
            realm={status.data.realm}
            allowed={settings.data.softwareModuleToAws}
            blocked={blocked}
          />
        </>
      ) : null}
      {settings.data ? (
        <RotationLimitSection limit={settings.data.rotationLimit} blocked={blocked} />
      ) : null}
      {status.data && status.data.anchor !== 'older' ? (
        <AnchorSection status={status.data} />
      ) : null}
    </ScreenFrame>
  );
}

/** Why nothing can be changed, and the one thing to do about it. */
function ReadOnly({ reason }: { readonly reason: string | null }) {
  const show = useDialogs((state) => state.show);
  const code = reason !== null && isFailureCode(reason) ? reason : 'KEYSTORE_READ_ONLY';
  return (
    <FailureNotice failure={{ code, details: {} }}>
      <Button variant="contained" onClick={() => show({ kind: 'restore' })}>
        Look at a backup…
      </Button>
    </FailureNotice>
  );
}
