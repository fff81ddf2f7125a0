import { DialogStack } from './dialogs.tsx';
import { Connecting, Refused } from './features/entry/connection-pages.tsx';
import { FirstRun } from './features/entry/first-run.tsx';
import { Unlock } from './features/entry/unlock.tsx';
import { Shell } from './shell/shell.tsx';
import { useConnection } from './state/connection.ts';
import { useEntry } from './state/entry.ts';
import { useSnapshot } from './state/snapshot.ts';
import { FailureNotice } from './ui/failure-notice.tsx';

/** What the window shows: the way in, or the work. */
export function Window() {
  const connection = useConnection((state) => state.state);
  const snapshot = useSnapshot();
  const guided = useEntry((state) => state.guided);
  if (connection.kind === 'refused') return <Refused reason={connection.reason} />;
  if (!snapshot.data)
    return snapshot.failure ? <FailureNotice failure={snapshot.failure} /> : <Connecting />;
  const { state } = snapshot.data.keystore;
  if (state === 'absent' || (guided && state !== 'locked')) return <FirstRun />;
  if (state === 'locked') return <Unlock />;
  return (
    <>
      <Shell snapshot={snapshot.data} />
      <DialogStack />
    </>
  );
}
