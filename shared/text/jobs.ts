import type { FailureCode } from '../errors/failures.ts';
import type { Failure } from '../errors/operation-error.ts';
import type { JobState } from '../model/job.ts';
import { sayTime } from '../model/span.ts';
import { renderFailure } from './failures.ts';

/** Why an open job does not run just now. */
export type Waiting =
  | { readonly for: 'behind'; readonly number: number; readonly state: JobState }
  | { readonly for: 'retry'; readonly until: number }
  | { readonly for: 'start'; readonly until: number; readonly inDoubt: boolean }
  | { readonly for: 'until'; readonly until: number; readonly why: string }
  | { readonly for: 'gate'; readonly gate: string }
  /** The keystore took no change, for this reason; it is tried again by itself. */
  | { readonly for: 'held'; readonly code: FailureCode }
  /** `nobody`: no process runs jobs of this keystore. */
  | { readonly for: 'turn' | 'nobody' };

const gates: Readonly<Record<string, string>> = {
  hsm: 'waits for the HSM: attach the token or enter its PIN',
  designation: 'waits until this device is the designated one',
};

/** Why nothing of a job can be kept just now. */
export const heldText = (code: FailureCode): string =>
  code === 'DISK_FULL'
    ? 'waits for room on the disk of the keystore, and goes on by itself then'
    : `waits until the keystore takes changes again, which is tried by itself (${code})`;

/** One line, e.g. `waits behind job 1042, which needs you`. */
export function waitText(waiting: Waiting, now: number): string {
  const seconds = (until: number) => Math.max(0, Math.ceil((until - now) / 1000));
  switch (waiting.for) {
    case 'behind':
      return `waits behind job ${waiting.number}${waiting.state === 'needs-you' ? ', which needs you' : ''}`;
    case 'start':
      return waiting.inDoubt
        ? `was to start on ${sayTime(waiting.until)}; waits, for the clock of this computer has jumped or is behind`
        : `starts on ${sayTime(waiting.until)}`;
    case 'retry':
      return `tries again in ${seconds(waiting.until)} s`;
    case 'until':
      return `${waiting.why} (looks again in ${seconds(waiting.until)} s)`;
    case 'gate':
      return gates[waiting.gate] ?? `waits for ${waiting.gate}`;
    case 'held':
      return heldText(waiting.code);
    case 'turn':
      return 'waits for its turn';
    case 'nobody':
      return 'goes on in a window, console or daemon, or by "keyreeve job watch"';
  }
}

/** Who asked for a job, and what made them: `custodian-2 (console), due since 02:00:00`. */
export const askedBy = (
  { actor, dueAt }: { readonly actor: string; readonly dueAt: number | null },
  when: (at: number) => string,
): string => (dueAt === null ? actor : `${actor}, due since ${when(dueAt)}`);

/** What a job waits for or is doing just now, and that somebody wants it cancelled; null: nothing. */
export function progressText(
  job: {
    readonly cancelRequested: boolean;
    readonly doing: string | null;
    readonly waits: Waiting | null;
  },
  now: number,
): string | null {
  const told = job.doing ?? (job.waits ? waitText(job.waits, now) : null);
  if (!job.cancelRequested) return told;
  return [
    'is cancelled after this step, unless its deed is done by then',
    ...(told === null ? [] : [told]),
  ].join(' · ');
}

/** The sentence that tells how a job ended, or why it stopped. */
export function jobMessage(job: {
  readonly state: JobState;
  readonly title: string;
  readonly failure: Failure | null;
}): string {
  const cause = job.failure ? renderFailure(job.failure).headline : null;
  switch (job.state) {
    case 'done':
      return `Done: ${job.title}. Every step was read back.`;
    case 'done-with-remark':
      return `Done, with a remark. ${cause ?? ''}`.trim();
    case 'stopped-nothing-changed':
      return `Nothing changed. ${cause ?? ''}`.trim();
    case 'cancelled':
      return 'Cancelled by a person.';
    case 'needs-you':
      return cause ?? 'Stopped at a safe place: only a person can go on.';
    case 'checking':
      return 'An answer was lost: Keyreeve looks before it acts again.';
    case 'running':
      return 'Running.';
    case 'waiting':
      return 'Waiting.';
  }
}
