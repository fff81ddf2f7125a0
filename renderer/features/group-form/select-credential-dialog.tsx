import { useState } from 'react';
import type { DialogProps } from '../../dialogs.tsx';
import { useRead } from '../../state/reads.ts';
import { ChangePlan } from './change-plan.tsx';
import { SelectCredential } from './select-credential.tsx';

/**
 * Gives a group another credential and nothing else: choose one, read what that means, do it. What
 * needed it is below and goes on from there.
 */
export function SelectCredentialDialog({ dialog, close }: DialogProps<'select-credential'>) {
  const shown = useRead('group.show', { group: dialog.group }).data;
  const [credential, setCredential] = useState<string | null>(null);
  if (shown === undefined || credential === null) {
    return (
      <SelectCredential
        chosen={shown?.group.credentialId ?? null}
        account={shown?.group.account ?? null}
        onClose={close}
        onChoose={(id) => {
          if (id === shown?.group.credentialId) close();
          else setCredential(id);
        }}
      />
    );
  }
  return (
    <ChangePlan
      dialog={dialog}
      shown={shown}
      changes={{ credential }}
      onCredential={setCredential}
      back={() => setCredential(null)}
      close={close}
    />
  );
}
