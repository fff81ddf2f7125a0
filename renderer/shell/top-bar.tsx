import Button from '@mui/material/Button';
import Tooltip from '@mui/material/Tooltip';
import { useEffect, useMemo, useReducer } from 'react';
import { leftOf } from '../state/elapsed.ts';
import { useLock } from '../state/locking.ts';
import { useRead } from '../state/reads.ts';
import type { Snapshot } from '../state/snapshot.ts';
import { sayLeft } from '../ui/moments.ts';
import { RealmTag } from '../ui/realm.tsx';
import { AllFacts } from './all-facts.tsx';
import { type Fact, factsOf, fileName } from './facts.ts';
import styles from './shell.module.css';

/**
 * Which keys are touched here, with what, where, by whom, and until when it stays open: one line.
 * Where room is short its parts are said shorter; all of it opens over the work.
 */
export function TopBar({ snapshot }: { readonly snapshot: Snapshot }) {
  const { keystore } = snapshot;
  const lock = useLock();
  const rule = useRead('approval.list', {}).data?.rule ?? null;
  const facts = factsOf(snapshot, rule);
  return (
    <header className={styles['top']}>
      <Tooltip title={keystore.path}>
        <span className={styles['name']}>
          <bdi>{fileName(keystore.path)}</bdi>
        </span>
      </Tooltip>
      {keystore.realm === null ? null : <RealmTag realm={keystore.realm} />}
      {facts.map((fact) => (
        <OneFact key={fact.id} fact={fact} />
      ))}
      <AllFacts snapshot={snapshot} rule={rule} />
      <div className={styles['end']}>
        <Countdown locksAt={snapshot.locksAt} at={snapshot.at} />
        <Button onClick={lock}>Lock now</Button>
      </div>
    </header>
  );
}

/** Two ways to say it, one of which is shown: which one is a matter of the room there is. */
function OneFact({ fact: { id, long, short, tone } }: { readonly fact: Fact }) {
  return (
    <Tooltip title={long}>
      <span className={`${styles['fact']} tone-${tone}`} data-fact={id}>
        <span className={styles['long']}>{long}</span>
        <span className={styles['short']}>{short}</span>
      </span>
    </Tooltip>
  );
}

/**
 * Counts down by itself, from what the core said was left: the clock of this window may be another
 * one, or be set. Read out only when somebody goes there.
 */
function Countdown({ locksAt, at }: { readonly locksAt: number | null; readonly at: number }) {
  const toGo = useMemo(() => leftOf((locksAt ?? at) - at), [locksAt, at]);
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (locksAt === null) return;
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [locksAt]);
  if (locksAt === null) {
    return (
      <Tooltip title="It locks only when told to.">
        <span className={`${styles['timer']} quiet`}>No auto-lock</span>
      </Tooltip>
    );
  }
  const left = toGo();
  return (
    <span
      className={`${styles['timer']} ${left < 60_000 ? 'tone-attention' : 'quiet'}`}
      role="timer"
    >
      Locks in {sayLeft(left)}
    </span>
  );
}
