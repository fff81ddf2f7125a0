import { sayCount } from '../../../shared/text/counted.ts';
import type { JobView } from '../../../shared/contract/job.ts';
import { isFinal, type JobState } from '../../../shared/model/job.ts';
import { jobStateTexts } from '../../../shared/text/states.ts';
import type { Notice } from '../../state/notices.ts';
import { localTimes, sayTook } from '../../ui/moments.ts';

type Said = Omit<Notice, 'id'>;

/** What the window knows of jobs, to tell an end once and only once. */
export class JobMemory {
  readonly #states = new Map<string, JobState>();
  /** Jobs that ended before this moment (core clock, ms) are no news. */
  readonly #since: number;
  /** Newest number when the window began to look. */
  readonly #newest: number;

  constructor(since: number, jobs: readonly JobView[]) {
    this.#since = since;
    this.#newest = Math.max(0, ...jobs.map(({ number }) => number));
    for (const { id, state } of jobs) this.#states.set(id, state);
  }

  /** Of these jobs those that ended, or stopped for a person, since they were last looked at. */
  news(jobs: readonly JobView[]): readonly JobView[] {
    return jobs.filter((job) => {
      const before = this.#states.get(job.id);
      this.#states.set(job.id, job.state);
      if (before === job.state || !tellsSomething(job.state)) return false;
      if (before !== undefined) return !isFinal(before) || job.state === 'needs-you';
      if (job.endedAt !== null) return job.endedAt > this.#since;
      return job.number > this.#newest;
    });
  }
}

const tellsSomething = (state: JobState): boolean => isFinal(state) || state === 'needs-you';

/**
 * One quiet line for what ended; null when nothing is to be said. `watched` are jobs whose dialog
 * is open: whoever looks at one needs no second word about it.
 */
export function noticeOf(news: readonly JobView[], watched: ReadonlySet<string>): Said | null {
  const told = news.filter((job) => !watched.has(job.id) && !watched.has(String(job.number)));
  const [first] = told.toSorted((a, b) => rank(a) - rank(b) || b.number - a.number);
  if (first === undefined) return null;
  return {
    text: told.length === 1 ? oneEnded(first) : manyEnded(told, first),
    jobId: first.id,
    tone: toneOf(first.state),
  };
}

const ranks: readonly JobState[] = ['needs-you', 'done-with-remark', 'stopped-nothing-changed'];
const rank = ({ state }: JobView): number => {
  const at = ranks.indexOf(state);
  return at < 0 ? ranks.length : at;
};

const toneOf = (state: JobState): Said['tone'] => {
  const { tone } = jobStateTexts[state];
  return tone === 'busy' ? 'quiet' : tone;
};

/** What needs somebody is told itself, the others are counted; where nothing does, all are. */
function manyEnded(jobs: readonly JobView[], first: JobView): string {
  if (jobStateTexts[first.state].tone !== 'attention')
    return `${sayCount(jobs.length)} jobs: ${counted(jobs)}.`;
  return `${oneEnded(first)} Beside it ${counted(jobs.filter((job) => job !== first))}.`;
}

function counted(jobs: readonly JobView[]): string {
  const states = [...new Set(jobs.toSorted((a, b) => rank(a) - rank(b)).map(({ state }) => state))];
  return states
    .map((state) => {
      const count = jobs.filter((job) => job.state === state).length;
      return `${sayCount(count)} ${sayState(state, count)}`;
    })
    .join(', ');
}

const sayState = (state: JobState, count: number): string =>
  state === 'needs-you' && count > 1 ? 'need you' : lowerFirst(jobStateTexts[state].word);

/** `ledger-prod rotated. 19 s.` */
function oneEnded(job: JobView): string {
  const { kind, state, title } = job;
  const about = subjectOf(title);
  if (state === 'done') return `${doneWords(kind, about)}.${took(job)}`;
  if (state === 'done-with-remark') return `${doneWords(kind, about)}, with a remark.${took(job)}`;
  if (state === 'stopped-nothing-changed') return `${title}: stopped, nothing changed.`;
  if (state === 'cancelled') return `${title}: cancelled.`;
  return `${deedOf(kind, about)} needs you: ${lowerFirst(localTimes(job.message))}`;
}

const took = ({ startedAt, endedAt }: JobView): string =>
  // A clock that was set in between says nothing of how long it took.
  startedAt === null || endedAt === null || endedAt < startedAt
    ? ''
    : ` ${sayTook(endedAt - startedAt)}.`;

/** The name a job's title ends with: `ledger-prod`, `ledger-prod/2`. */
const subjectOf = (title: string): string => {
  const at = title.indexOf(': ');
  return at < 0 ? title : title.slice(at + 2);
};

const doneWords = (kind: string, about: string): string => {
  switch (kind) {
    case 'group.force-rotate':
    case 'group.rotate-material':
      return `${about} rotated`;
    case 'group.bring-in':
      return `A key was brought into ${about}`;
    case 'group.copy-key':
      return `A key was copied into ${about}`;
    case 'key.synchronize':
      return `${about} synchronized`;
    case 'key.make-active':
      return `${about} is active again`;
    case 'key.enable':
      return `${about} enabled in AWS`;
    case 'key.disable-now':
    case 'key.disable':
      return `${about} disabled in AWS`;
    case 'key.renew':
      return `${about} renewed in AWS`;
    case 'key.discard':
      return `The unused KMS key of ${about} is scheduled for deletion`;
    default:
      return `${about} done`;
  }
};

const deedOf = (kind: string, about: string): string => {
  switch (kind) {
    case 'group.force-rotate':
    case 'group.rotate-material':
      return `Rotate ${about}`;
    case 'group.bring-in':
      return `Bring a key into ${about}`;
    case 'group.copy-key':
      return `Copy a key into ${about}`;
    case 'key.synchronize':
      return `Synchronize ${about}`;
    case 'key.renew':
      return `Renew ${about} in AWS`;
    case 'key.make-active':
      return `Make ${about} active`;
    case 'key.disable-now':
      return `Disable ${about}`;
    case 'key.enable':
      return `Enable ${about}`;
    default:
      return about;
  }
};

const lowerFirst = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
