import { tellFailure } from '../../ui/failure-words.ts';
import { jobStateTexts } from '../../../shared/text/states.ts';
import type { JobDetail } from './aws-command.ts';
import { localTimes } from '../../ui/moments.ts';
import { waitsForHsm } from './job-words.ts';
import styles from './jobs.module.css';

/** How it ended, or why it stopped, in the words there are for it. */
export function JobMessage({ detail: { job, needsPin } }: { readonly detail: JobDetail }) {
  const { glyph, tone } = jobStateTexts[job.state];
  const text =
    job.failure === null ? null : tellFailure(job.failure, { openJob: job.endedAt === null });
  const ended = job.state === 'done' || job.state === 'cancelled';
  const told = needsPin && job.state === 'waiting' ? waitsForHsm : localTimes(job.message);
  const [head, rest] =
    job.state === 'needs-you' && text !== null ? [text.headline, ''] : firstSentence(told);
  return (
    <section className={styles['message']} aria-label="What happened">
      <p className={`${styles['headline']} tone-${tone}`}>
        <span aria-hidden="true" className="mono">
          {glyph}{' '}
        </span>
        {head}
      </p>
      {rest === '' ? null : <p>{rest}</p>}
      {text === null || ended ? null : <p>{text.forYourKeys}</p>}
    </section>
  );
}

/** The first sentence tells what happened, the others what it means. */
function firstSentence(text: string): readonly [string, string] {
  const end = text.indexOf('. ');
  return end < 0 ? [text, ''] : [text.slice(0, end + 1), text.slice(end + 2)];
}
