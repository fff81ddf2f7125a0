import type { DialogProps } from '../../dialogs.tsx';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { shortcutGroups } from './shortcuts.ts';
import styles from './commands.module.css';

/** Every key that does something. */
export function ShortcutsDialog({ close }: DialogProps<'shortcuts'>) {
  return (
    <DialogFrame
      title="Keyboard shortcuts"
      onClose={close}
      onSubmit={close}
      deeds={
        <DeedButton autoFocus type="submit" variant="contained" unmarked>
          Close
        </DeedButton>
      }
    >
      {shortcutGroups.map(({ title, shortcuts }) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          <dl className={styles['shortcuts']}>
            {shortcuts.map(({ keys, between = 'or', does }) => (
              <div key={does}>
                <dt>
                  {keys.map((each, n) => (
                    <span key={each}>
                      {n > 0 ? ` ${between} ` : ''}
                      <kbd className={styles['key']}>{each}</kbd>
                    </span>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </DialogFrame>
  );
}
