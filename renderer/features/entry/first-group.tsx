import TextField from '@mui/material/TextField';
import { useEffect, useRef } from 'react';
import type { InputFor, OutputFor } from '../../../shared/contract/index.ts';
import { storageTexts } from '../../../shared/text/states.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { forgetScreen, useDraftOnScreen } from '../../state/kept-on-screen.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import { Facts } from '../../ui/screen.tsx';
import { sayProblem } from '../group-form/problems.ts';
import styles from './entry.module.css';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';
import { LeaveGuide } from './leave-guide.tsx';

/** Any Region does: the practice KMS stands for all of them. */
const region = 'eu-west-1';

/** Its name, until another one is typed; and its alias, where that one has no letter that AWS takes. */
const usualName = 'first-group';

/** The first key group: a name, and everything else filled in. */
export function FirstGroup({
  path,
  practice,
}: {
  readonly path: string;
  readonly practice: OutputFor<'practice.status'> | undefined;
}) {
  const [name, setName] = useDraftOnScreen('first group', usualName);
  const blocked = useBlocked();
  const bound = (useSnapshot().data?.hsmLabel ?? null) !== null;
  const show = useDialogs((state) => state.show);
  const add = useDeed('group.add');
  const field = useRef<HTMLInputElement>(null);
  const credential = practice?.credential ?? '';
  const fields = { name, credential, region, storage: bound ? 'hsm' : 'software' } as const;
  const { sentence, alias, made, problem, unsure } = useLook(fields);
  useEffect(() => field.current?.select(), []);
  useFocusAfterFailure(add, () => field.current?.focus());
  const go = async (): Promise<void> => {
    const group = await add.run(made ? fields : { ...fields, alias });
    if (!group) return;
    forgetScreen();
    show({ kind: 'force-rotate', group: group.id });
  };
  // What was wrong with an earlier text says nothing of this one: then the core judges as it adds.
  const fits = name.trim() !== '' && (unsure || !problem);
  const why = blocked ?? (fits ? null : 'The name does not fit yet.');
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
          if (why === null && !add.busy) void go();
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
          helperText={problem ? sayProblem(problem.failure) : 'Can be changed later.'}
          slotProps={{ htmlInput: { maxLength: 255, spellCheck: false } }}
          onChange={(event) => setName(event.target.value)}
        />
        <Facts
          facts={[
            ['Key', `AES-256, ${storageTexts[fields.storage]}`],
            ['Goes to', `Practice KMS, account ${practice?.account ?? 'of its own'}, ${region}`],
            ['Alias', <code key="alias">alias/{alias}</code>],
          ]}
        />
        <p className="quiet">{sentence}</p>
        {add.failure ? <FailureNotice failure={add.failure} /> : null}
        <EntryDeeds>
          <DeedButton type="submit" variant="contained" disabled={add.busy} blocked={why}>
            {add.busy ? 'Adding the group…' : 'Add and Force Rotate…'}
          </DeedButton>
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

/** What the core says of the group as it would be added. */
function useLook(fields: InputFor<'group.add'>) {
  const read = useRead('group.preview', { fields }, { enabled: fields.credential !== '' });
  const problems = read.data?.problems ?? [];
  // Of a name without Latin letters none can be made, and here is no field for another one.
  const none = problems.some(
    ({ field, failure }) => field === 'alias' && failure.code === 'BAD_INPUT',
  );
  return {
    sentence: read.data?.sentence ?? '',
    alias: none ? usualName : (read.data?.alias ?? ''),
    /** The alias follows the name. */
    made: !none,
    problem: problems.find(({ field }) => !(none && field === 'alias')),
    /** It is of an earlier text. */
    unsure: read.earlier,
  };
}
