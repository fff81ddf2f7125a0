import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { type ComponentType, useId } from 'react';
import { type PracticePart, practiceParts, usePracticeView } from '../../state/practice-view.ts';
import { useRead } from '../../state/reads.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ScreenFrame, Section } from '../../ui/screen.tsx';
import { CallsPart } from './calls-part.tsx';
import { KmsPart } from './kms-part.tsx';
import { MischiefPart } from './mischief-part.tsx';
import { PeoplePart } from './people-part.tsx';
import styles from './practice.module.css';
import { RefusalsPart } from './refusals-part.tsx';
import { RehearsalsPart } from './rehearsals-part.tsx';

const parts: Readonly<Record<PracticePart, ComponentType>> = {
  kms: KmsPart,
  rehearsals: RehearsalsPart,
  people: PeoplePart,
  mischief: MischiefPart,
  calls: CallsPart,
  refusals: RefusalsPart,
};

/** The practice KMS of a practice keystore and what is rehearsed with it, or how to come to one. */
export function PracticeScreen() {
  const realm = useSnapshot().data?.keystore.realm ?? null;
  return realm === 'practice' ? (
    <PracticeParts />
  ) : (
    <ScreenFrame screen="practice" padded>
      <ElsewhereOnly />
    </ScreenFrame>
  );
}

function ElsewhereOnly() {
  return (
    <Section title="Practice is done in a keystore of its own">
      <p>
        This keystore holds real keys, and practice keys never mix with them. A practice keystore is
        another file: start Keyreeve with a new name and choose Practise.
      </p>
      <CommandLine command="keyreeve console --keystore practice.keystore" />
    </Section>
  );
}

function PracticeParts() {
  const { part, show } = usePracticeView();
  const base = useId();
  const status = useRead('practice.status', {}).data;
  const alone = status !== undefined && !status.ours;
  const shown = alone ? 'kms' : part;
  const Part = parts[shown];
  return (
    <ScreenFrame screen="practice">
      <div className={styles['screen']}>
        <Tabs
          value={shown}
          aria-label="Parts of Practice"
          className={styles['tabs'] ?? ''}
          onChange={(_event, next: PracticePart) => show(next)}
        >
          {practiceParts.map(([id, label]) => (
            <Tab
              key={id}
              value={id}
              label={label}
              id={`${base}-tab-${id}`}
              disabled={id !== 'kms' && alone}
              {...(id === shown ? { 'aria-controls': `${base}-panel` } : {})}
            />
          ))}
        </Tabs>
        {alone ? (
          <p className={styles['why']}>
            The other parts open once this Keyreeve has started the practice KMS.
          </p>
        ) : null}
        <div
          role="tabpanel"
          id={`${base}-panel`}
          aria-labelledby={`${base}-tab-${shown}`}
          className={styles['panel']}
        >
          <Part />
        </div>
      </div>
    </ScreenFrame>
  );
}
