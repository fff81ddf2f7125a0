import Button from '@mui/material/Button';
import Tooltip from '@mui/material/Tooltip';
import { useEffect, useMemo, useReducer } from 'react';
import { leftOf } from '../state/elapsed.ts';
import { useLock } from '../state/locking.ts';
import type { Snapshot } from '../state/snapshot.ts';
import { sayLeft } from '../ui/moments.ts';
import { RealmTag } from '../ui/realm.tsx';
import styles from './shell.module.css';

const hsmWords: Readonly<Record<Snapshot['hsm'], (label: string) => string>> = {
  none: () => 'No HSM',
  ready: (label) => `✓ HSM ${label} ready`,
  'pin-needed': (label) => `! HSM ${label} needs its PIN`,
  unavailable: (label) => `! HSM ${label} is away`,
  'wrong-token': (label) => `! Another token than ${label}`,
};

const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** Which keys are touched here, with what, where, by whom, and until when it stays open. */
export function TopBar({ snapshot }: { readonly snapshot: Snapshot }) {
  const { keystore, connections, designated, hsm, hsmLabel } = snapshot;
  const lock = useLock();
  return (
    <header className={styles['top']}>
      <Tooltip title={keystore.path}>
        <span className={styles['name']}>{fileName(keystore.path)}</span>
      </Tooltip>
      {keystore.realm === null ? null : <RealmTag realm={keystore.realm} />}
      {keystore.realm === 'real' ? <span className="detail">single control</span> : null}
      <div className={styles['facts']}>
        <span className={hsm === 'ready' || hsm === 'none' ? 'quiet' : 'tone-attention'}>
          {hsmWords[hsm](hsmLabel ?? '')}
        </span>
        <span className="quiet">
          {connections.all === 0
            ? 'No AWS credential yet'
            : `AWS ${connections.connected} of ${connections.all} connected`}
        </span>
        <Places places={snapshot.places} />
        <span className="quiet">
          {designated === true
            ? 'This device rotates on schedule'
            : 'This device is not the designated one'}
        </span>
      </div>
      <div className={styles['end']}>
        <Countdown locksAt={snapshot.locksAt} at={snapshot.at} />
        <Button onClick={lock}>Lock now</Button>
      </div>
    </header>
  );
}

function Places({ places }: { readonly places: Snapshot['places'] }) {
  const [first, ...others] = places;
  if (!first) return null;
  const say = ({ account, region }: (typeof places)[number]): string =>
    `${account ?? 'account not yet known'} · ${region}`;
  return (
    <Tooltip title={places.map(say).join('; ')}>
      <span className="quiet">
        {say(first)}
        {others.length > 0 ? ` and ${others.length} more` : ''}
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
  if (locksAt === null) return <span className="quiet">Locks only when told to</span>;
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
