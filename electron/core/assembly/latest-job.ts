import type { z } from 'zod';
import type { snapshot } from '../../../shared/contract/session.ts';
import { jobMessage } from '../../../shared/text/jobs.ts';
import type { JobReader, JobSummary } from '../jobs/read.ts';

type Latest = z.output<typeof snapshot>['latest'];

/** The one line at the bottom of every window: what needs somebody, else what runs, else what ended. */
export function latestJob(read: JobReader): Latest {
  const job = read.latest();
  if (job === null) return null;
  const about = { jobId: job.id, number: job.number };
  if (job.state === 'needs-you') {
    return {
      ...about,
      kind: 'needs-you',
      text: `${job.title} needs you: ${lowerFirst(jobMessage(job))}`,
      at: job.startedAt ?? job.createdAt,
    };
  }
  if (job.endedAt === null) {
    return { ...about, kind: 'running', text: running(job), at: job.startedAt ?? job.createdAt };
  }
  return { ...about, kind: 'ended', text: ended(job), at: job.endedAt };
}

const running = ({ title, step, progress }: JobSummary): string => {
  const where = step === null ? '' : `, step ${step.n} of ${step.of}: ${step.title}`;
  return `${title}${where}${progress ? `, ${progress.text}` : ''}`;
};

function ended(job: JobSummary): string {
  if (job.state === 'done') return `${job.title}: done`;
  if (job.state === 'cancelled') return `${job.title}: cancelled`;
  return `${job.title}: ${lowerFirst(jobMessage(job))}`;
}

/** A sentence behind a colon; a name such as AWS or KMS keeps its capitals. */
const lowerFirst = (sentence: string): string =>
  /^[A-Z][a-z]/.test(sentence)
    ? `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`
    : sentence;
