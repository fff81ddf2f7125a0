import Button from '@mui/material/Button';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { type Dialog, useDialogs } from '../../state/dialogs.ts';
import { type Screen, useNavigation } from '../../state/navigation.ts';
import { type Snapshot, useSnapshot } from '../../state/snapshot.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';

/** The one thing to do about it. */
export interface OneDeed {
  readonly label: string;
  readonly run: () => void;
  /** Another way out, where there are two. */
  readonly instead?: { readonly label: string; readonly run: () => void };
}

/** What the deeds of a plan can point at. */
export interface About {
  readonly groupId: string | null;
  readonly keyId: string | null;
}

type Way =
  | { readonly label: string; readonly dialog: (about: About) => Dialog | null }
  | { readonly label: string; readonly screen: Screen };

const properties = ({ groupId }: About): Dialog | null =>
  groupId === null ? null : { kind: 'group-properties', group: groupId };

const credential: Way = {
  label: 'Select credential…',
  dialog: ({ groupId }) =>
    groupId === null ? null : { kind: 'select-credential', group: groupId },
};
const attach: Way = { label: 'Attach HSM…', dialog: () => ({ kind: 'attach-hsm' }) };
const enterPin: Way = { label: 'Enter PIN…', dialog: () => ({ kind: 'enter-pin' }) };

/** Where each thing in the way is put right. What is not here is checked again. */
const ways: Partial<Record<FailureCode, Way>> = {
  NOT_DESIGNATED: { label: 'Designate this device…', dialog: () => ({ kind: 'designate' }) },
  HSM_NOT_ATTACHED: attach,
  HSM_WRONG_TOKEN: attach,
  HSM_MASTER_MISSING: attach,
  HSM_MASTER_DIFFERS: attach,
  HSM_PIN_REFUSED: enterPin,
  HSM_PIN_LAST_TRY: enterPin,
  CREDENTIAL_REJECTED: credential,
  ACCOUNT_MISMATCH: credential,
  REALM_MISMATCH: credential,
  ACTIVE_KEY_UNUSABLE: { label: 'Change Active Key ID…', dialog: properties },
  ALIAS_HELD_ELSEWHERE: { label: 'Choose another alias…', dialog: properties },
  KEY_NOT_IN_AWS: {
    label: 'Force Rotate the group…',
    dialog: ({ groupId }) => (groupId === null ? null : { kind: 'force-rotate', group: groupId }),
  },
  BACKUP_PLACE_MISSING: { label: 'Choose a backup place', screen: 'security' },
  BACKUP_PLACE_UNUSABLE: { label: 'Choose a backup place', screen: 'security' },
  COPY_NOT_PROVED: { label: 'Take a backup', screen: 'security' },
  SOFTWARE_KEY_TO_REAL_AWS: { label: 'Look at the configuration', screen: 'configuration' },
};

const synchronize: Way = {
  label: 'Synchronize this key…',
  dialog: ({ keyId }) => (keyId === null ? null : { kind: 'synchronize', key: keyId }),
};
const enable: Way = {
  label: 'Enable in AWS…',
  dialog: ({ keyId }) => (keyId === null ? null : { kind: 'turn-key', key: keyId, turn: 'enable' }),
};

/** What a KMS key is in the way by its state for; every other state is put right in AWS. */
const ofState: Readonly<Record<string, Way>> = { PendingImport: synchronize, Disabled: enable };

function wayFor({ code, details }: Failure, hsm: Snapshot['hsm']): Way | undefined {
  if (hsmAway.includes(code)) return hsmWays[hsm];
  const byState = code === 'KEY_NOT_ENABLED' || code === 'AWS_KEY_STATE';
  return byState ? ofState[String(details['state'])] : ways[code];
}

/** An HSM that is away may be back by now: what it lacks is what the window last heard of it. */
const hsmAway: readonly FailureCode[] = ['HSM_UNAVAILABLE', 'HSM_TIMEOUT', 'HSM_PIN_NEEDED'];
const hsmWays: Readonly<Record<Snapshot['hsm'], Way | undefined>> = {
  none: attach,
  unavailable: attach,
  'wrong-token': attach,
  'pin-needed': enterPin,
  ready: undefined,
};

/** Finds the one deed for what is in the way. */
export function useOneDeed(about: About, checkAgain: () => void): (failure: Failure) => OneDeed {
  const { show, closeAll } = useDialogs();
  const go = useNavigation((state) => state.go);
  const hsm = useSnapshot().data?.hsm ?? 'none';
  return (failure) => {
    const { code } = failure;
    const again: OneDeed = { label: 'Check again', run: checkAgain };
    const way = wayFor(failure, hsm);
    if (way === undefined) return again;
    if ('screen' in way) {
      const run = (): void => {
        closeAll();
        go(way.screen);
      };
      return { label: way.label, run };
    }
    const dialog = way.dialog(about);
    if (dialog === null) return again;
    const deed = { label: way.label, run: () => show(dialog) };
    // It may have come back without anybody's doing.
    return hsmAway.includes(code) ? { ...deed, instead: again } : deed;
  };
}

/** Why nothing can start, with its deed; takes the focus that waited for the plan. */
export function BlockedNotice({
  failure,
  deed,
  takesFocus,
}: {
  readonly failure: Failure;
  readonly deed: OneDeed;
  readonly takesFocus: boolean;
}) {
  const button = useRef<HTMLButtonElement>(null);
  const appear = useEffectEvent(() => {
    if (takesFocus) button.current?.focus();
  });
  useEffect(() => {
    // Only when it appears: later readings must not pull the focus away.
    appear();
  }, []);
  return (
    <FailureNotice failure={failure}>
      <Button ref={button} variant="contained" onClick={deed.run}>
        {deed.label}
      </Button>
      {deed.instead ? <Button onClick={deed.instead.run}>{deed.instead.label}</Button> : null}
    </FailureNotice>
  );
}
