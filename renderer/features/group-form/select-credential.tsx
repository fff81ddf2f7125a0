import { useEffect, useRef, useState } from 'react';
import { emptyTexts } from '../../../shared/text/states.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Moment } from '../../ui/moment.tsx';
import styles from './group-form.module.css';
import type { CredentialView } from './group-tab.tsx';
import { isolate } from '../../../shared/text/isolate.ts';

const words = {
  Connected: { glyph: '✓', tone: 'good' },
  'Not Connected': { glyph: '!', tone: 'attention' },
  'Not tested': { glyph: '?', tone: 'quiet' },
} as const;

/** Picks a stored credential; another can be imported on the way. */
export function SelectCredential({
  chosen,
  account = null,
  onChoose,
  onClose,
}: {
  readonly chosen: string | null;
  /** The account that the group is bound to, once it is. */
  readonly account?: string | null;
  readonly onChoose: (credentialId: string) => void;
  readonly onClose: () => void;
}) {
  const list = useRead('credential.list', {});
  const all = list.data?.credentials ?? [];
  const [choice, setPicked] = useState(chosen);
  const picked = choice ?? (all.length === 1 ? (all[0]?.id ?? null) : null);
  const show = useDialogs((state) => state.show);
  const test = useDeed('credential.test', { whileShown: true });
  const at = all.find(({ id }) => id === picked) ?? null;
  const notYet = at === null ? 'Pick one first.' : null;
  return (
    <DialogFrame
      title="Select a credential"
      onClose={onClose}
      onSubmit={() => at && onChoose(at.id)}
      deeds={
        <>
          <LeaveButton>Cancel</LeaveButton>
          <DeedButton
            variant={all.length === 0 ? 'contained' : 'outlined'}
            onClick={() => show({ kind: 'import-credential', chosen: setPicked })}
          >
            Import credential…
          </DeedButton>
          {all.length === 0 ? null : (
            <DeedButton type="submit" variant="contained" unmarked blocked={notYet}>
              {at === null ? 'Select' : `Select ${isolate(at.name)}`}
            </DeedButton>
          )}
        </>
      }
    >
      {account === null ? null : (
        <p>
          The group is bound to account <code>{account}</code>: choose a credential of it.
        </p>
      )}
      {list.failure ? <FailureNotice failure={list.failure} /> : null}
      {list.data && all.length === 0 ? <p>{emptyTexts.credentials}</p> : null}
      <div role="radiogroup" aria-label="Credentials" className={styles['list']}>
        {all.map((credential, n) => (
          <OneCredential
            key={credential.id}
            credential={credential}
            bound={account}
            picked={credential.id === picked}
            first={picked === null ? n === 0 : credential.id === picked}
            onPick={() => setPicked(credential.id)}
          />
        ))}
      </div>
      {test.failure ? <FailureNotice failure={test.failure} /> : null}
      {at === null || at.connection === 'Connected' ? null : (
        <p className={styles['left']}>
          <DeedButton
            blocked={test.busy ? 'AWS is being asked.' : null}
            onClick={() => void test.run({ credential: at.id })}
          >
            {test.busy ? 'Asking AWS…' : `Test ${isolate(at.name)} now`}
          </DeedButton>
        </p>
      )}
    </DialogFrame>
  );
}

function OneCredential({
  credential,
  bound,
  picked,
  first,
  onPick,
}: {
  readonly credential: CredentialView;
  readonly bound: string | null;
  readonly picked: boolean;
  readonly first: boolean;
  readonly onPick: () => void;
}) {
  const { name, account, connection, testedAt, accessKeyId } = credential;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (first) input.current?.focus();
  }, [first]);
  const { glyph, tone } = words[connection];
  return (
    <label className={styles['credential']}>
      <input type="radio" name="credential" checked={picked} ref={input} onChange={onPick} />
      <span>
        <strong>{name}</strong>
        <span className="detail">
          {' '}
          {account ?? 'account not known yet'}
          {accessKeyId === null ? '' : ` · ${accessKeyId}`}
        </span>
        {bound === null || account === null || account === bound ? null : (
          <span className={`tone-attention ${styles['unbroken']}`}> ! another account</span>
        )}
      </span>
      <span className={`tone-${tone}`}>
        <span aria-hidden="true">{glyph} </span>
        {connection}
        {testedAt === null ? null : (
          <span className="detail">
            {' '}
            <Moment at={testedAt} />
          </span>
        )}
      </span>
    </label>
  );
}
