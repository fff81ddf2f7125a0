import { renderFailure } from '../../../shared/text/failures.ts';
import { askedBy } from '../../../shared/text/jobs.ts';
import { commitLine, jobStateTexts, standingTitles } from '../../../shared/text/states.ts';
import { sayTook } from '../../ui/moments.ts';
import type { CallView, JobDetail, StepView } from './aws-command.ts';

/** Times in what leaves the window are ISO 8601 in UTC. */
const iso = (at: number | null): string => (at === null ? '-' : new Date(at).toISOString());

/** The four lines in their order. */
export const standingKeys = ['copies', 'aws', 'applications', 'data'] as const;

export const stepGlyphs: Readonly<Record<StepView['state'], readonly [string, string]>> = {
  waiting: ['·', 'not begun'],
  begun: ['▸', 'under way'],
  done: ['✓', 'done'],
  'needs-you': ['!', 'needs you'],
  skipped: ['–', 'not needed'],
};

/** What a call changed in AWS, in words. */
export const changedWords: Readonly<Record<CallView['changed'], string>> = {
  no: 'changed nothing',
  maybe: 'may have changed something',
  yes: 'changed something in AWS',
};

/** Everything about a job as plain text, to send to somebody. Nothing of it is secret. */
export function jobReport(detail: JobDetail): string {
  const { job, steps } = detail;
  const { glyph, word } = jobStateTexts[job.state];
  return [
    `${job.title}, job ${job.number}`,
    `${glyph} ${word}`,
    `Started ${iso(job.startedAt)} by ${askedBy(job, iso)}${job.endedAt === null ? '' : `, ended ${iso(job.endedAt)}`}`,
    '',
    ...words(detail),
    ...standing(detail),
    'STEPS',
    ...steps.flatMap((step) => [
      ...(step.name === detail.commitStep ? [`-- ${commitLine} --`] : []),
      ...stepLines(step),
    ]),
  ].join('\n');
}

function words({ job }: JobDetail): readonly string[] {
  if (job.failure === null) return [job.message, ''];
  const text = renderFailure(job.failure, { openJob: job.endedAt === null });
  return [
    text.headline,
    text.forYourKeys,
    `Next: ${text.next}`,
    ...(text.detail === '' ? [] : [text.detail]),
    '',
  ];
}

function standing({ standing: stands }: JobDetail): readonly string[] {
  if (stands === null) return [];
  const lines = standingKeys.map((key) => {
    const { good, text, readAt } = stands[key];
    const glyph = good === null ? '?' : good ? '✓' : '!';
    return `  ${standingTitles[key]}: ${glyph} ${text} (read ${iso(readAt)})`;
  });
  return ['WHERE THINGS STAND', ...lines, ''];
}

function stepLines(step: StepView): readonly string[] {
  const [glyph, word] = stepGlyphs[step.state];
  return [
    `${glyph} ${step.n} ${step.title}: ${word}, ${iso(step.endedAt ?? step.beganAt)}`,
    ...step.proof.map(({ text, requestId }) => `    ${text}${request(requestId ?? null)}`),
    ...step.calls.map(
      (call) =>
        `    ${call.call}: ${call.result}, ${sayTook(call.took)}, ${changedWords[call.changed]}${request(call.requestId)}`,
    ),
    ...(step.failure?.external?.message ? [`    “${step.failure.external.message}”`] : []),
  ];
}

const request = (id: string | null): string => (id === null ? '' : `, request ${id}`);

const times = new Set([
  'createdAt',
  'startedAt',
  'endedAt',
  'notBefore',
  'eta',
  'readAt',
  'beganAt',
]);

/** The job as JSON: what the core told, with times as ISO 8601 in UTC. */
export const jobAsJson = (detail: JobDetail): string =>
  JSON.stringify(
    detail,
    (name, value: unknown) =>
      times.has(name) && typeof value === 'number' ? new Date(value).toISOString() : value,
    2,
  );
