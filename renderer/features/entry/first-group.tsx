import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useEffect, useRef } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { renderFailure } from '../../../shared/text/failures.ts';
import { storageTexts } from '../../../shared/text/states.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { forgetScreen, useDraftOnScreen } from '../../state/kept-on-screen.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import { Facts } from '../../ui/screen.tsx';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';
import { LeaveGuide } from './leave-guide.tsx';

/** Any Region does: the practice KMS stands for all of them. */
const region = 'eu-west-1';

/** The first key group: a name, and everything else filled in. */
export function FirstGroup({
  path,
  practice,
}: {
  readonly path: string;
  readonly practice: OutputFor<'practice.status'> | undefined;
}) {
  const [name, setName] = useDraftOnScreen('first group', 'first-group');
  const blocked = useBlocked();
  const bound = (useSnapshot().data?.hsmLabel ?? null) !== null;
  const show = useDialogs((state) => state.show);
  const add = useDeed('group.add');
  const field = useRef<HTMLInputElement>(null);
  const credential = practice?.credential ?? '';
  const fields = { name, credential, region, storage: bound ? 'hsm' : 'software' } as const;
  const preview = useRead('group.preview', { fields }, { enabled: credential !== '' });
  const problem = preview.data?.problems.find((each) => each.field === 'name');
  useEffect(() => field.current?.select(), []);
  useFocusAfterFailure(add, () => field.current?.focus());
  const go = async (): Promise<void> => {
    const group = await add.run(fields);
    if (!group) return;
    forgetScreen();
    show({ kind: 'force-rotate', group: group.id });
  };
  // What was wrong with an earlier text says nothing of this one: then the core judges as it adds.
  const fits = name.trim() !== '' && (preview.earlier || !problem);
  const may = fits && blocked === null && !add.busy;
  return (
    <EntryFrame
      title="Your first key group"
      step="Step 4 of 6"
      path={path}
      realm="practice"
      corner={<LeaveGuide />}
      lead="A key group holds keys and says how new ones are made. Everything but its name is filled in."
    >
      <form
        className={styles['steps']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (may) void go();
        }}
      >
        <TextField
          id="first-group-name"
          label="Name"
          fullWidth
          autoFocus
          inputRef={field}
          value={name}
          disabled={add.busy}
          error={problem !== undefined}
          helperText={problem ? renderFailure(problem.failure).next : 'Can be changed later.'}
          slotProps={{ htmlInput: { maxLength: 255, spellCheck: false } }}
          onChange={(event) => setName(event.target.value)}
        />
        <Facts
          facts={[
            ['Key', `AES-256, ${storageTexts[fields.storage]}`],
            ['Goes to', `Practice KMS, account ${practice?.account ?? 'of its own'}, ${region}`],
            ['Alias', <code key="alias">alias/{preview.data?.alias ?? ''}</code>],
          ]}
        />
        <p className="quiet">{preview.data?.sentence ?? ''}</p>
        {add.failure ? <FailureNotice failure={add.failure} /> : null}
        <EntryDeeds>
          <Button type="submit" variant="contained" disabled={!may}>
            {add.busy ? 'Adding the group…' : 'Add and Force Rotate…'}
          </Button>
          {blocked === null ? null : (
            <span className="quiet" role="status">
              {blocked}
            </span>
          )}
        </EntryDeeds>
      </form>
    </EntryFrame>
  );
}
