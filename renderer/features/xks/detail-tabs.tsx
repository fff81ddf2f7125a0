import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { type ReactNode, useId } from 'react';
import { useKeptOnScreen } from '../../state/kept-on-screen.ts';
import styles from './xks.module.css';

export interface DetailTab {
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
}

/** The parts of what is chosen; the part somebody looked at stays when they choose the next one. */
export function DetailTabs({
  of,
  label,
  tabs,
}: {
  /** What it is the parts of: stores and keys have different ones. */
  readonly of: string;
  readonly label: string;
  readonly tabs: readonly DetailTab[];
}) {
  const base = useId();
  const [wanted, setWanted] = useKeptOnScreen(`xks ${of}`, tabs[0]?.id ?? '');
  const shown = tabs.find(({ id }) => id === wanted) ?? tabs[0];
  return (
    <>
      <Tabs
        value={shown?.id ?? false}
        aria-label={label}
        className={styles['tabs'] ?? ''}
        onChange={(_event, next: string) => setWanted(next)}
      >
        {tabs.map(({ id, label: title }) => (
          <Tab
            key={id}
            value={id}
            id={`${base}-tab-${id}`}
            aria-controls={`${base}-panel-${id}`}
            label={title}
          />
        ))}
      </Tabs>
      {tabs.map(({ id, content }) => (
        <div
          key={id}
          role="tabpanel"
          // What scrolls must be reachable by keyboard.
          tabIndex={0}
          id={`${base}-panel-${id}`}
          aria-labelledby={`${base}-tab-${id}`}
          hidden={id !== shown?.id}
          className={styles['panel']}
        >
          {id === shown?.id ? content : null}
        </div>
      ))}
    </>
  );
}
