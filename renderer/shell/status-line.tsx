import Button from '@mui/material/Button';
import { useEffect, useRef, useState } from 'react';
import { useJobNotices } from '../features/jobs/job-notices-watch.ts';
import { useDialogs } from '../state/dialogs.ts';
import { useNavigation } from '../state/navigation.ts';
import { type Notice, useNotices } from '../state/notices.ts';
import type { Snapshot } from '../state/snapshot.ts';
import { sayShort } from '../ui/moments.ts';
import styles from './shell.module.css';

/** How long (ms) a notice stays that asks for nothing; one that needs somebody stays. */
const fresh = 20_000;

interface Line {
  readonly text: string;
  readonly jobId: string | null;
  readonly tone: Notice['tone'];
  readonly stop?: () => void;
}

/**
 * The bottom line: a notice while it is fresh, else what needs somebody, else what runs, else what
 * ended last. Read out politely; nothing pops over the work.
 */
export function StatusLine({ snapshot }: { readonly snapshot: Snapshot }) {
  useJobNotices(snapshot.keystore.storeId, snapshot.at);
  const latest = useNotices((state) => state.latest);
  const dismiss = useNotices((state) => state.dismiss);
  const go = useNavigation((state) => state.go);
  const [near, setNear] = useState(false);
  useFading(latest, near, dismiss);
  const line = latest ?? lineOf(snapshot.latest);
  return (
    <footer
      className={styles['status']}
      onPointerEnter={() => setNear(true)}
      onPointerLeave={() => setNear(false)}
      onFocus={() => setNear(true)}
      onBlur={() => setNear(false)}
    >
      <LatestLine line={line} onDismiss={latest ? dismiss : null} />
      <Counts snapshot={snapshot} />
      <Button size="small" onClick={() => go('jobs')}>
        Jobs
      </Button>
    </footer>
  );
}

/** Always two lines: neither moves when the other has something else to say. */
function Counts({ snapshot }: { readonly snapshot: Snapshot }) {
  const [atWork, beside] = countLines(snapshot);
  return (
    <span className={styles['counts']} title={`${atWork} · ${beside}`}>
      <span>{atWork}</span>
      <span>{beside}</span>
    </span>
  );
}

/** Text and buttons keep their places whatever is said: only what is said changes. */
function LatestLine({
  line,
  onDismiss,
}: {
  readonly line: Line | null;
  readonly onDismiss: (() => void) | null;
}) {
  const show = useDialogs((state) => state.show);
  const jobId = line?.jobId ?? null;
  const stop = line?.stop;
  return (
    <div className={styles['latest']}>
      <div role="status" aria-live="polite" className={styles['said']}>
        <span
          key={line?.text ?? ''}
          title={line?.text}
          className={`${styles['text']} tone-${line?.tone ?? 'quiet'}`}
        >
          {line === null ? 'No jobs yet.' : `${marks[line.tone]}${line.text}`}
        </span>
      </div>
      <Button
        size="small"
        style={jobId === null && !stop ? hidden : {}}
        onClick={() => {
          if (stop) stop();
          else if (jobId !== null) show({ kind: 'job', job: jobId });
        }}
      >
        {stop ? 'Stop' : 'Show job'}
      </Button>
      <Button
        size="small"
        variant="text"
        style={onDismiss === null ? hidden : {}}
        onClick={() => onDismiss?.()}
      >
        Dismiss
      </Button>
    </div>
  );
}

const hidden = { visibility: 'hidden' } as const;
const marks: Readonly<Record<Line['tone'], string>> = { attention: '! ', good: '✓ ', quiet: '' };

const lineOf = (latest: Snapshot['latest']): Line | null =>
  latest && {
    text: latest.text,
    jobId: latest.jobId,
    tone: latest.kind === 'needs-you' ? 'attention' : 'quiet',
  };

/** What can wait gives way by itself, but not under the eyes of somebody who is at it. */
function useFading(latest: Notice | null, near: boolean, dismiss: () => void): void {
  const present = useRef(latest);
  present.current = latest;
  useEffect(() => {
    if (latest === null || latest.tone === 'attention' || latest.stop || near) return;
    const timer = setTimeout(() => {
      if (present.current === latest) dismiss();
    }, fresh);
    return () => clearTimeout(timer);
  }, [latest, near, dismiss]);
}

/** What is at work, and below it what waits for somebody, or what ended. */
function countLines({
  counts: { running, needsYou },
  latest,
}: Snapshot): readonly [string, string] {
  const now = running === 0 ? 'nothing running' : `${running} running`;
  if (needsYou > 0) return [now, `${needsYou} need${needsYou === 1 ? 's' : ''} you`];
  return [now, latest?.kind === 'ended' ? `last ended ${sayShort(latest.at)}` : 'none ended yet'];
}
