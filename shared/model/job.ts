/**
 * Job states and where they may lead. There is no plain "failed": a job that is not done says what
 * stands and waits for a person, or ended before anything changed, or was cancelled.
 */
export const jobStates = [
  'waiting',
  'running',
  'checking',
  'needs-you',
  'done',
  'done-with-remark',
  'stopped-nothing-changed',
  'cancelled',
] as const;
export type JobState = (typeof jobStates)[number];

export const jobTransitions: Readonly<Record<JobState, readonly JobState[]>> = {
  waiting: ['running', 'checking', 'needs-you', 'cancelled', 'stopped-nothing-changed'],
  running: [
    'waiting',
    'checking',
    'needs-you',
    'done',
    'done-with-remark',
    'stopped-nothing-changed',
    'cancelled',
  ],
  checking: [
    'waiting',
    'running',
    'needs-you',
    'done',
    'done-with-remark',
    'stopped-nothing-changed',
    'cancelled',
  ],
  'needs-you': ['waiting', 'cancelled'],
  done: [],
  'done-with-remark': ['waiting'],
  'stopped-nothing-changed': [],
  cancelled: [],
};

export const isFinal = (state: JobState): boolean =>
  state === 'done' ||
  state === 'done-with-remark' ||
  state === 'stopped-nothing-changed' ||
  state === 'cancelled';

export const mayBecome = (from: JobState, to: JobState): boolean =>
  jobTransitions[from].includes(to);

/**
 * What one attempt at a call did in the other system. `no`: it only reads, or was certainly refused;
 * `yes`: it changes something and was answered ok; `maybe`: nobody knows.
 */
export const callChanges = ['no', 'maybe', 'yes'] as const;
export type CallChange = (typeof callChanges)[number];

/** State of one step of a job. `ambiguous`: it was begun and no outcome is known yet. */
export const stepStates = ['waiting', 'begun', 'done', 'needs-you', 'skipped'] as const;
export type StepState = (typeof stepStates)[number];
