import Button from '@mui/material/Button';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { FailureCode } from '../../../shared/errors/failures.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { type Dialog, useDialogs } from '../../state/dialogs.ts';
import { type Screen, useNavigation } from '../../state/navigation.ts';
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

/** Where each thing in the way is put right. What is not here is checked again. */
const ways: Partial<Record<FailureCode, Way>> = {
  NOT_DESIGNATED: { label: 'Designate this device…', dialog: () => ({ kind: 'designate' }) },
  HSM_NOT_ATTACHED: { label: 'Attach HSM…', dialog: () => ({ kind: 'attach-hsm' }) },
  HSM_WRONG_TOKEN: { label: 'Attach HSM…', dialog: () => ({ kind: 'attach-hsm' }) },
  HSM_MASTER_MISSING: { label: 'Attach HSM…', dialog: () => ({ kind: 'attach-hsm' }) },
  HSM_PIN_NEEDED: { label: 'Enter PIN…', dialog: () => ({ kind: 'enter-pin' }) },
  CREDENTIAL_REJECTED: { label: 'Select another credential…', dialog: properties },
  ACCOUNT_MISMATCH: { label: 'Select another credential…', dialog: properties },
  REALM_MISMATCH: { label: 'Select another credential…', dialog: properties },
  ACTIVE_KEY_UNUSABLE: { label: 'Change Active Key ID…', dialog: properties },
  ALIAS_HELD_ELSEWHERE: { label: 'Choose another alias…', dialog: properties },
  KEY_NOT_IN_AWS: {
    label: 'Force Rotate the group…',
    dialog: ({ groupId }) => (groupId === null ? null : { kind: 'force-rotate', group: groupId }),
  },
  KEY_NOT_ENABLED: {
    label: 'Synchronize this key…',
    dialog: ({ keyId }) => (keyId === null ? null : { kind: 'synchronize', key: keyId }),
  },
  BACKUP_PLACE_MISSING: { label: 'Choose a backup place', screen: 'security' },
  BACKUP_PLACE_UNUSABLE: { label: 'Choose a backup place', screen: 'security' },
  COPY_NOT_PROVED: { label: 'Take a backup', screen: 'security' },
  SOFTWARE_KEY_TO_REAL_AWS: { label: 'Look at the configuration', screen: 'configuration' },
};

/** Finds the one deed for what is in the way. */
export function useOneDeed(about: About, checkAgain: () => void): (failure: Failure) => OneDeed {
  const { show, closeAll } = useDialogs();
  const go = useNavigation((state) => state.go);
  return ({ code }) => {
    const again: OneDeed = { label: 'Check again', run: checkAgain };
    const way = ways[code];
    if (way === undefined) return again;
    if ('screen' in way) {
      const run = (): void => {
        closeAll();
        go(way.screen);
      };
      return { label: way.label, run };
    }
    const dialog = way.dialog(about);
    return dialog === null ? again : { label: way.label, run: () => show(dialog) };
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
