import Button from '@mui/material/Button';
import { useDialogs } from '../state/dialogs.ts';
import { useNavigation } from '../state/navigation.ts';
import { useNotices } from '../state/notices.ts';
import type { Snapshot } from '../state/snapshot.ts';
import { sayTime } from '../ui/moments.ts';
import styles from './shell.module.css';

/**
 * The bottom line: a notice while it is fresh, else what needs somebody, else what runs, else what
 * ended last. Read out politely; nothing pops over the work.
 */
export function StatusLine({ snapshot }: { readonly snapshot: Snapshot }) {
  const { latest, dismiss } = useNotices();
  const show = useDialogs((state) => state.show);
  const go = useNavigation((state) => state.go);
  const line = latest
    ? { text: latest.text, jobId: latest.jobId, tone: latest.tone }
    : snapshot.latest && {
        text: snapshot.latest.text,
        jobId: snapshot.latest.jobId,
        tone: snapshot.latest.kind === 'needs-you' ? ('attention' as const) : ('quiet' as const),
      };
  const { running, needsYou } = snapshot.counts;
  return (
    <footer className={styles['status']}>
      <div className={styles['latest']} role="status" aria-live="polite">
        {line ? (
          <>
            <span className={`${styles['text']} tone-${line.tone}`}>
              {line.tone === 'attention' ? '! ' : ''}
              {line.text}
            </span>
            {line.jobId === null ? null : (
              <Button
                size="small"
                onClick={() => {
                  if (line.jobId !== null) show({ kind: 'job', job: line.jobId });
                }}
              >
                Show job
              </Button>
            )}
            {latest ? (
              <Button size="small" variant="text" onClick={dismiss}>
                Dismiss
              </Button>
            ) : null}
          </>
        ) : (
          <span className="quiet">No jobs yet.</span>
        )}
      </div>
      <span className="quiet">
        {running === 0 ? 'nothing running' : `${running} running`}
        {needsYou > 0 ? ` · ${needsYou} need${needsYou === 1 ? 's' : ''} you` : ''}
        {snapshot.latest ? ` · last ${sayTime(snapshot.latest.at)}` : ''}
      </span>
      <Button size="small" onClick={() => go('jobs')}>
        Jobs
      </Button>
    </footer>
  );
}
