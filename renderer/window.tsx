import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { DialogStack } from './dialogs.tsx';
import { Connecting, Refused } from './features/entry/connection-pages.tsx';
import { FirstRun } from './features/entry/first-run.tsx';
import { LockingPage } from './features/entry/locking-page.tsx';
import { KeystoreUnreadable } from './features/entry/keystore-unreadable.tsx';
import { Unlock } from './features/entry/unlock.tsx';
import { SecondPerson } from './features/approvals/second-person.tsx';
import { TakeoverAsked } from './features/takeover/takeover-asked.tsx';
import { WaitingPage } from './features/takeover/waiting-page.tsx';
import { Shell } from './shell/shell.tsx';
import { useConnection } from './state/connection.ts';
import { leftOf } from './state/elapsed.ts';
import { useEntry } from './state/entry.ts';
import { forgetOpened } from './state/forget.ts';
import { useLocking } from './state/locking.ts';
import { type Snapshot, useSnapshot } from './state/snapshot.ts';
import { Contained } from './ui/contained.tsx';
import { useHeldEnter } from './ui/held-enter.ts';

/** The whole window, and the question of another browser, which stands above whatever it shows. */
export function Window() {
  useHeldEnter();
  return (
    <>
      <Contained>
        <Shown />
      </Contained>
      <TakeoverAsked />
    </>
  );
}

/** How often (ms) a window that is cut off looks whether it must have been locked by now. */
const lookEvery = 500;

/** What the window shows: the way in, or the work. */
function Shown() {
  const connection = useConnection((state) => state.state);
  const snapshot = useSnapshot();
  const overdue = useOverdue(connection.kind === 'lost', snapshot.data);
  const state = snapshot.data?.keystore.state;
  useForgetting(
    overdue ||
      connection.kind === 'refused' ||
      connection.kind === 'waiting' ||
      state === 'locked' ||
      state === 'locking',
  );
  if (connection.kind === 'refused') return <Refused reason={connection.reason} />;
  if (connection.kind === 'waiting') return <WaitingPage {...connection} />;
  if (overdue) return <Connecting />;
  if (snapshot.data) return <Inside snapshot={snapshot.data} />;
  if (!snapshot.failure) return <Connecting />;
  return (
    <>
      <KeystoreUnreadable failure={snapshot.failure} again={snapshot.again} />
      <DialogStack only="restore" />
    </>
  );
}

/**
 * True once the hour of the lock has passed while nobody can say whether it locked: then nothing of
 * the keys stays on the screen.
 */
function useOverdue(lost: boolean, snapshot: Snapshot | undefined): boolean {
  const { locksAt = null, at = 0 } = snapshot ?? {};
  const toGo = useMemo(() => leftOf((locksAt ?? at) - at), [locksAt, at]);
  const [overdue, setOverdue] = useState(false);
  useEffect(() => {
    if (!lost || locksAt === null) {
      setOverdue(false);
      return;
    }
    const look = (): void => setOverdue(toGo() === 0);
    look();
    const timer = setInterval(look, lookEvery);
    return () => clearInterval(timer);
  }, [lost, locksAt, toGo]);
  return overdue && lost;
}

/** Once what was shown has left the screen, it leaves the memory of the window too. */
function useForgetting(closed: boolean): void {
  const reads = useQueryClient();
  useEffect(() => {
    if (closed) forgetOpened(reads);
  }, [closed, reads]);
}

function Inside({ snapshot }: { readonly snapshot: Snapshot }) {
  const guided = useEntry((state) => state.guided);
  const { state, path, realm } = snapshot.keystore;
  const locking = useLocked(state);
  if (state === 'locked')
    return (
      <>
        <Unlock />
        <DialogStack only="restore" />
      </>
    );
  if (state === 'locking' || locking !== null) {
    const jobs = snapshot.locking?.jobs ?? locking ?? 0;
    return <LockingPage path={path} realm={realm} jobs={jobs} note={snapshot.lock} />;
  }
  return (
    <>
      {state === 'absent' || guided ? <FirstRun /> : <Shell snapshot={snapshot} />}
      <DialogStack />
      <SecondPerson />
    </>
  );
}

/** How many jobs a lock asked for here waits for; null when none is under way. */
function useLocked(state: Snapshot['keystore']['state']): number | null {
  const { stopping, end, opened } = useLocking();
  const isOpen = state !== 'locked' && state !== 'absent';
  useEffect(() => {
    if (!isOpen) end();
    else if (useLocking.getState().stopping === null) opened();
  }, [isOpen, end, opened]);
  return isOpen ? stopping : null;
}
