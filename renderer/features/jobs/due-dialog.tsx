import { sayCount } from '../../../shared/text/counted.ts';
import TextField from '@mui/material/TextField';
import { type RefObject, useRef, useState } from 'react';
import { isolate } from '../../../shared/text/isolate.ts';
import { emptyTexts } from '../../../shared/text/states.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useBlocked } from '../../state/blocked.ts';
import { useKept } from '../../state/kept.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useNotices } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useBeginHere } from '../../ui/begin-here.ts';
import { Moment } from '../../ui/moment.tsx';
import { onlySpace } from '../../ui/only-space.ts';
import {
  chosenOf,
  type DueThing,
  heldWords,
  lookFirst,
  thingsDue,
} from '../../../shared/text/due.ts';
import { sayThings, startLabel } from './due-words.ts';
import styles from './jobs.module.css';

/** So many are listed; the others follow the box above and can be found by name. */
const listed = 200;

/** Rotations and renewals that came due and wait for one choice. Nothing starts by itself. */
export function DueDialog({ dialog, close }: DialogProps<'due'>) {
  const read = useRead('job.due', {});
  const due = read.data === undefined ? [] : thingsDue(read.data);
  const [left, setLeft] = useKept<ReadonlySet<string>>(dialog, () => new Set());
  const chosen = due.filter(({ id }) => !left.has(id));
  const start = useStart(close);
  const blocked = useBlocked();
  const warning = lookFirst(read.data?.held ?? null);
  return (
    <DialogFrame
      title={dialogTitle(due)}
      subject="At most one rotation for each group, and one renewal for each key. Nothing starts by itself: what is left out goes on waiting."
      width="wide"
      busy={start.busy}
      onClose={close}
      onSubmit={() => void start.run(chosen)}
      deeds={
        <>
          <LeaveButton>Start none</LeaveButton>
          <DeedButton
            type="submit"
            variant="contained"
            disabled={start.busy}
            blocked={chosen.length === 0 ? 'Choose at least one.' : blocked}
          >
            {startLabel(chosen)}
          </DeedButton>
        </>
      }
    >
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {read.data !== undefined && due.length === 0 ? <p>{emptyTexts.due}</p> : null}
      {warning === null ? null : <p className="tone-attention">! {warning}</p>}
      {due.length === 0 ? null : <DueList due={due} left={left} onChange={setLeft} />}
      {start.failure ? <FailureNotice failure={start.failure} /> : null}
    </DialogFrame>
  );
}

const dialogTitle = (due: readonly DueThing[]): string => {
  const whats = new Set(due.map(({ what }) => what));
  if (whats.size === 2) return 'Rotations and renewals that came due';
  return whats.has('renewal') ? 'Renewals that came due' : 'Rotations that came due';
};

function DueList({
  due,
  left,
  onChange,
}: {
  readonly due: readonly DueThing[];
  readonly left: ReadonlySet<string>;
  readonly onChange: (left: ReadonlySet<string>) => void;
}) {
  const [text, setText] = useState('');
  const first = useRef<HTMLInputElement>(null);
  useBeginHere(first);
  const fits = due.filter(({ groupName }) => groupName.toLowerCase().includes(text.toLowerCase()));
  const chosen = due.length - due.filter(({ id }) => left.has(id)).length;
  const toggle = (id: string): void => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <>
      <div className={styles['dueTools']}>
        {due.length === 1 ? null : (
          <AllOrNone
            box={first}
            of={due.length}
            chosen={chosen}
            onChange={(all) => onChange(new Set(all ? [] : due.map(({ id }) => id)))}
          />
        )}
        <span role="status" className="quiet">
          {sayCount(chosen)} chosen
        </span>
        {due.length > 20 ? (
          <TextField
            type="search"
            label="Name"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        ) : null}
      </div>
      <ul className={styles['dueList']}>
        {fits.slice(0, listed).map((row) => (
          <DueRow
            key={row.id}
            row={row}
            box={due.length === 1 ? first : null}
            chosen={!left.has(row.id)}
            onToggle={() => toggle(row.id)}
          />
        ))}
        {fits.length > listed ? (
          <li className="quiet">
            {fits.length - listed} more. Each of them is chosen unless you find it and take it out.
          </li>
        ) : null}
      </ul>
    </>
  );
}

/** One that came due, with the box that takes it or leaves it out. */
function DueRow({
  row,
  box,
  chosen,
  onToggle,
}: {
  readonly row: DueThing;
  readonly box: RefObject<HTMLInputElement | null> | null;
  readonly chosen: boolean;
  readonly onToggle: () => void;
}) {
  return (
    <li>
      <label className={styles['due']}>
        <input
          type="checkbox"
          ref={box}
          checked={chosen}
          onKeyDown={onlySpace}
          onChange={onToggle}
        />
        <span>
          {row.version === null
            ? row.groupName
            : `Renew ${isolate(row.groupName)}, version ${row.version}`}
        </span>
        <span>
          {row.endsAt === null ? (
            <>
              due <Moment at={row.dueAt} as="short" />
            </>
          ) : (
            <>
              AWS deletes it <Moment at={row.endsAt} as="short" />
            </>
          )}
        </span>
        <span className="quiet">{heldWords(row)}</span>
      </label>
    </li>
  );
}

/** One box for all of them; between the two where some are left out. */
function AllOrNone({
  box,
  of,
  chosen,
  onChange,
}: {
  readonly box: RefObject<HTMLInputElement | null>;
  readonly of: number;
  readonly chosen: number;
  readonly onChange: (all: boolean) => void;
}) {
  return (
    <label>
      <input
        type="checkbox"
        checked={chosen === of}
        ref={(input) => {
          box.current = input;
          if (input) input.indeterminate = chosen > 0 && chosen < of;
        }}
        onKeyDown={onlySpace}
        onChange={() => onChange(chosen !== of)}
      />{' '}
      All {sayCount(of)} of them
    </label>
  );
}

function useStart(close: () => void) {
  const deed = useDeed('job.startDue');
  const say = useNotices((state) => state.say);
  const go = useNavigation((state) => state.go);
  return {
    busy: deed.busy,
    failure: deed.failure,
    run: async (things: readonly DueThing[]): Promise<void> => {
      if (things.length === 0) return;
      const answer = await deed.run(chosenOf(things));
      if (answer === null) return;
      const count = answer.jobs.length;
      say({
        text: `${sayThings(things)} began.`,
        jobId: count === 1 ? (answer.jobs[0] ?? null) : null,
        tone: 'quiet',
      });
      close();
      go('jobs');
    },
  };
}
