import Dialog from '@mui/material/Dialog';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { counted } from '../../../shared/text/counted.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useSnapshot } from '../../state/snapshot.ts';
import { PracticeBand, RealmTag } from '../../ui/realm.tsx';
import { type FittingCommand, fitting } from './command-list.ts';
import { CommandOption } from './command-option.tsx';
import { useCommands } from './use-commands.ts';
import styles from './commands.module.css';

/** Everything that can be done, found by typing a few letters of it. */
export function CommandsDialog({ close }: DialogProps<'commands'>) {
  const all = useCommands();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const found = fitting(all, typed);
  const present = Math.min(at, Math.max(0, found.length - 1));
  const id = useId();
  const realm = useSnapshot().data?.keystore.realm ?? null;
  const run = (command: FittingCommand | undefined): void => {
    if (command === undefined || command.blocked !== null) return;
    close();
    // Once the focus is back where it was: what is run may take it elsewhere.
    requestAnimationFrame(() => command.run());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = movedBy(event.key, present, found.length);
    if (next !== null) setAt(next);
    else if (event.key === 'Enter') run(found[present]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog
      open
      onClose={close}
      aria-labelledby={`${id}-name`}
      maxWidth={false}
      slotProps={{ paper: { className: styles['paper'] ?? '' } }}
    >
      {realm === 'practice' ? <PracticeBand /> : null}
      <h2 id={`${id}-name`} className="unseen">
        Commands
      </h2>
      <input
        className={styles['field']}
        role="combobox"
        aria-label="Command"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(found.length > 0 ? { 'aria-activedescendant': `${id}-${present}` } : {})}
        // The palette is one field: nothing else in it could have the focus.
        autoFocus
        autoComplete="off"
        spellCheck={false}
        placeholder="What would you like to do?"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Options id={id} found={found} present={present} onRun={run} />
      <p className={styles['count']}>
        {realm === 'real' ? <RealmTag realm={realm} /> : null}
        <span role="status">
          {found.length === 0
            ? `No command is called “${typed}”. Find (Ctrl+F) looks for keys and jobs.`
            : `${counted(found.length, 'command')} · ↑ ↓ to choose · Enter runs it · Esc closes`}
        </span>
      </p>
    </Dialog>
  );
}

function Options({
  id,
  found,
  present,
  onRun,
}: {
  readonly id: string;
  readonly found: readonly FittingCommand[];
  readonly present: number;
  readonly onRun: (command: FittingCommand) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [present, found.length]);
  return (
    <div
      ref={list}
      id={`${id}-list`}
      role="listbox"
      aria-label="Commands"
      className={styles['list']}
    >
      {found.map((command, n) => (
        <CommandOption
          key={command.id}
          id={`${id}-${n}`}
          command={command}
          selected={n === present}
          onRun={() => onRun(command)}
        />
      ))}
    </div>
  );
}

/** The list goes round: above the first is the last. */
function movedBy(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowUp':
      return (at + count - 1) % count;
    case 'PageDown':
      return Math.min(at + 8, count - 1);
    case 'PageUp':
      return Math.max(at - 8, 0);
    default:
      return null;
  }
}
