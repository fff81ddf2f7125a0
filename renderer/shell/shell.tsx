import useMediaQuery from '@mui/material/useMediaQuery';
import { type ComponentType, type RefObject, useEffect, useRef } from 'react';
import { ApprovalsScreen } from '../features/approvals/approvals-screen.tsx';
import { AuditScreen } from '../features/audit/audit-screen.tsx';
import { ConfigurationScreen } from '../features/administration/configuration-screen.tsx';
import { CredentialsScreen } from '../features/administration/credentials-screen.tsx';
import { HsmScreen } from '../features/administration/hsm-screen.tsx';
import { PracticeScreen } from '../features/practice/practice-screen.tsx';
import { RehearsalStrip } from '../features/practice/rehearsal-strip.tsx';
import { SecurityScreen } from '../features/administration/security-screen.tsx';
import { GlobalKeys } from '../features/commands/global-keys.tsx';
import { JobsScreen } from '../features/jobs/jobs-screen.tsx';
import { KeyGroupsScreen } from '../features/key-groups/key-groups-screen.tsx';
import { ExpiryScreen } from '../features/expiry/expiry-screen.tsx';
import { KeysScreen } from '../features/keys/keys-screen.tsx';
import { XksScreen } from '../features/xks/xks-screen.tsx';
import { type Screen, useNavigation } from '../state/navigation.ts';
import { places, workId } from '../state/places.ts';
import type { Snapshot } from '../state/snapshot.ts';
import { Contained } from '../ui/contained.tsx';
import { oneColumn } from '../ui/one-column.ts';
import { PracticeBand } from '../ui/realm.tsx';
import { ConditionBar } from './condition-bar.tsx';
import { NavigationList } from './navigation-list.tsx';
import styles from './shell.module.css';
import { StatusLine } from './status-line.tsx';
import { TopBar } from './top-bar.tsx';

const views: Readonly<Record<Screen, ComponentType>> = {
  'key-groups': KeyGroupsScreen,
  keys: KeysScreen,
  expiry: ExpiryScreen,
  xks: XksScreen,
  jobs: JobsScreen,
  audit: AuditScreen,
  hsm: HsmScreen,
  credentials: CredentialsScreen,
  configuration: ConfigurationScreen,
  security: SecurityScreen,
  approvals: ApprovalsScreen,
  practice: PracticeScreen,
};

/** The main window: what is open on top, where to go at the left, the work, the latest below. */
export function Shell({ snapshot }: { readonly snapshot: Snapshot }) {
  const screen = useNavigation((state) => state.screen);
  const View = views[screen];
  const work = useRef<HTMLElement>(null);
  const title = places.find((place) => place.screen === screen)?.title ?? '';
  usePageTitle(title);
  useTopOfWork(screen, work);
  return (
    <div className={styles['shell']}>
      <a href={`#${workId}`} className={styles['skip']}>
        Skip to the work
      </a>
      {snapshot.keystore.realm === 'practice' ? (
        <section aria-label="Practice keystore">
          <PracticeBand />
        </section>
      ) : null}
      <TopBar snapshot={snapshot} />
      <ConditionBar snapshot={snapshot} />
      {snapshot.keystore.realm === 'practice' ? <RehearsalStrip /> : null}
      <div className={styles['middle']}>
        <NavigationList snapshot={snapshot} />
        <main ref={work} id={workId} tabIndex={-1} aria-label={title} className={styles['work']}>
          <Contained key={screen}>
            <View />
          </Contained>
        </main>
      </div>
      <StatusLine snapshot={snapshot} />
      <GlobalKeys />
    </div>
  );
}

/** What a tab or a task bar shows, and a screen reader says of the window. */
function usePageTitle(title: string): void {
  useEffect(() => {
    const usual = document.title;
    document.title = `${title} · Keyreeve`;
    return () => {
      document.title = usual;
    };
  }, [title]);
}

/** In one column the page scrolls as a whole: another place begins at its top, not where the last was left. */
function useTopOfWork(screen: Screen, work: RefObject<HTMLElement | null>): void {
  const above = useMediaQuery(oneColumn, { noSsr: true });
  const shown = useRef(screen);
  useEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    if (above) document.documentElement.scrollTop = work.current?.offsetTop ?? 0;
  }, [above, screen, work]);
}
