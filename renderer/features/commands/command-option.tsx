import type { FittingCommand } from './command-list.ts';
import styles from './commands.module.css';

/** One command of the palette; one that cannot be run now stays and says why. */
export function CommandOption({
  id,
  command,
  selected,
  onRun,
}: {
  readonly id: string;
  readonly command: FittingCommand;
  readonly selected: boolean;
  readonly onRun: () => void;
}) {
  const { title, section, shortcut, blocked, letters } = command;
  return (
    // The field keeps the focus and the keys; a pointer is the other way to run an option.
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      aria-disabled={blocked !== null}
      className={styles['option']}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onRun}
    >
      <span className={styles['title']}>
        <Marked text={title} letters={letters} />
        {blocked === null ? null : <span className={styles['why']}>{blocked}</span>}
      </span>
      <span className={styles['section']}>{section}</span>
      {shortcut === undefined ? null : <kbd className={styles['keys']}>{shortcut}</kbd>}
    </div>
  );
}

/** The letters that fit what was typed stand out; read out as one text. */
function Marked({ text, letters }: { readonly text: string; readonly letters: readonly number[] }) {
  if (letters.length === 0) return <span>{text}</span>;
  const fits = new Set(letters);
  return (
    <span>
      <span className="unseen">{text}</span>
      <span aria-hidden="true">
        {Array.from({ length: text.length }, (_, n) =>
          fits.has(n) ? (
            // The letters of one title: their place is what they are.
            <b key={n}>{text.charAt(n)}</b>
          ) : (
            text.charAt(n)
          ),
        )}
      </span>
    </span>
  );
}
