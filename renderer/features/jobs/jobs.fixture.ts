import type { JobView } from '../../../shared/contract/job.ts';
import type { JobDetail, StepView } from './aws-command.ts';

/** When the jobs of tests begin: any moment will do. */
export const began = Date.UTC(2026, 10, 21, 14, 31, 12);

const id = (number: number): string =>
  `0190c1a2-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** A rotation as lists show it. */
export function job(number: number, more: Partial<JobView> = {}): JobView {
  return {
    id: id(number),
    number,
    kind: 'group.force-rotate',
    title: 'Rotate HSM protected keys: ledger-prod',
    state: 'running',
    groupId: id(900),
    keyId: null,
    createdAt: began,
    startedAt: began,
    endedAt: null,
    notBefore: null,
    dueAt: null,
    actor: 'custodian-2 (console)',
    step: { n: 5, of: 9, title: 'Fetch wrapping key' },
    eta: null,
    progress: null,
    failure: null,
    message: 'Running.',
    ...more,
  };
}

export const done = (number: number, more: Partial<JobView> = {}): JobView =>
  job(number, {
    state: 'done',
    step: null,
    endedAt: began + 19_000,
    message: 'Done: Rotate HSM protected keys: ledger-prod. Every step was read back.',
    ...more,
  });

export function step(n: number, more: Partial<StepView> = {}): StepView {
  return {
    n,
    name: n === 9 ? 'alias' : `step-${n}`,
    title: n === 9 ? 'Move alias' : `Step number ${n}`,
    state: 'done',
    beganAt: began + n * 1000,
    endedAt: began + n * 1000 + 400,
    attempts: 1,
    proof: [],
    calls: [],
    failure: null,
    ...more,
  };
}

const reading = (text: string) => ({ good: true, text, readAt: began + 12_000 });

/** The rotation of the sketch: AWS did not allow the alias to move. */
export function stopped(more: Partial<JobView> = {}): JobDetail {
  const failure = {
    code: 'AWS_ACCESS_DENIED' as const,
    details: { permission: 'kms:UpdateAlias', credential: 'ledger-kms' },
    external: {
      name: 'AccessDeniedException',
      at: 'UpdateAlias',
      message: 'User is not authorized to perform: kms:UpdateAlias',
      requestId: '51d9aaaa-1111-4222-8333-444455556666',
    },
  };
  return {
    job: job(1043, {
      state: 'needs-you',
      step: { n: 9, of: 9, title: 'Move alias' },
      failure,
      message: 'AWS did not allow this.',
      ...more,
    }),
    steps: [
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => step(n)),
      step(9, {
        state: 'needs-you',
        failure,
        calls: [
          {
            call: 'UpdateAlias',
            parameters: { AliasName: 'alias/ledger-prod', TargetKeyId: 'a81c-40d2' },
            requestId: '51d9aaaa-1111-4222-8333-444455556666',
            took: 31,
            result: 'AccessDeniedException',
            changed: 'no',
          },
        ],
      }),
    ],
    commitStep: 'alias',
    standing: {
      copies: reading('Version 3 is saved in the keystore and in the backup'),
      aws: reading('Version 3 is there and Enabled (KMS key a81c…40d2)'),
      applications: reading('See no change: alias/ledger-prod still names version 2'),
      data: reading('Decrypts as before: versions 1 and 2 read as Enabled'),
    },
    next: { text: 'Remove the cause, then continue from step 9, Move alias.', deed: 'continue' },
    leftovers: 'Cancel now leaves KMS key a81c…40d2 in AWS, enabled, without alias.',
    discardable: true,
    needsPin: false,
  };
}
