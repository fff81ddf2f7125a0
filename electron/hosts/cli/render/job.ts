import type { z } from 'zod';
import type { jobDetail, JobView, stepView } from '../../../../shared/contract/job.ts';
import { askedBy } from '../../../../shared/text/jobs.ts';
import { commitLine, jobStateTexts, standingTitles } from '../../../../shared/text/states.ts';
import { emptyTexts } from '../../../../shared/text/states.ts';
import { renderFailure } from '../../../../shared/text/failures.ts';
import { clean, paint } from '../screen.ts';
import { failureText } from '../show-failure.ts';
import { table } from '../table.ts';
import { type Style, took } from './moments.ts';
import { mark } from './plan.ts';

export type JobDetail = z.output<typeof jobDetail>;
export type StepView = z.output<typeof stepView>;

const stateWord = (state: JobView['state']): string => {
  const { glyph, word, tone } = jobStateTexts[state];
  return paint(tone, `${glyph} ${word}`);
};

const likely = ({ eta }: JobView, style: Style): string[] =>
  eta === null ? [] : [`likely done by ${style.clock(eta)}`];

export function jobsText(jobs: readonly JobView[], style: Style, all = true): string {
  if (jobs.length === 0) return all ? emptyTexts.jobs : emptyTexts.noneOfThose;
  const columns = [
    { title: 'Job', align: 'right' },
    { title: 'State' },
    { title: 'Name', shrinks: 'middle' },
    { title: 'Step', spare: 1 },
    { title: 'Started', spare: 2 },
    { title: 'Message', shrinks: true },
  ] as const;
  const rows = jobs.map((job) => {
    const { glyph, word, tone } = jobStateTexts[job.state];
    return [
      { text: String(job.number) },
      { text: `${glyph} ${word}`, tone },
      { text: job.title },
      { text: job.step ? `${job.step.n} of ${job.step.of}` : '' },
      { text: style.when(job.startedAt ?? job.createdAt) },
      { text: [job.progress ?? job.message, ...likely(job, style)].filter(Boolean).join(' · ') },
    ];
  });
  return table(columns, rows, style.width);
}

/** Everything about one job, in the order of its window: state, standing, deed, steps. */
export function jobText(detail: JobDetail, style: Style): string {
  const { job } = detail;
  const ran =
    job.startedAt !== null && job.endedAt !== null
      ? ` · took ${took(job.endedAt - job.startedAt)}`
      : '';
  const said = job.failure !== null && renderFailure(job.failure).headline === job.message;
  const done = detail.steps.filter((step) => step.state === 'done' || step.state === 'skipped');
  return [
    `${paint('strong', clean(job.title))}   job ${job.number}   ${stateWord(job.state)}`,
    `${job.startedAt === null ? `asked for ${style.when(job.createdAt)}` : `started ${style.when(job.startedAt)}`} by ${clean(askedBy(job, style.when))} · ${done.length} of ${detail.steps.length} steps done${ran}`,
    ...(job.progress ? [clean(job.progress)] : []),
    ...likely(job, style),
    ...(job.message && !said ? ['', clean(job.message)] : []),
    ...(job.failure ? ['', failureText(job.failure, { openJob: job.endedAt === null })] : []),
    ...standing(detail, style),
    ...(detail.leftovers && job.endedAt === null
      ? ['', `If cancelled: ${clean(detail.leftovers)}`]
      : []),
    ...(detail.next
      ? ['', `${paint('faint', 'WHAT TO DO')}  ${clean(detail.next.text)}`, `  ${command(detail)}`]
      : []),
    '',
    steps(detail, style),
  ].join('\n');
}

function command({ job, next, needsPin }: JobDetail): string {
  const verb = next?.deed === 'review' ? 'show' : (next?.deed ?? 'show');
  const login = needsPin ? 'keyreeve hsm login, then ' : '';
  return `${login}keyreeve job ${verb} ${job.number}`;
}

function standing({ standing: stands, job }: JobDetail, style: Style): string[] {
  if (!stands || job.state === 'done') return [];
  const lines = (Object.keys(standingTitles) as (keyof typeof standingTitles)[]).map((key) => {
    const { good, text, readAt } = stands[key];
    return `  ${standingTitles[key].padEnd(14)}${mark(good)} ${clean(text)} ${paint('faint', `(read ${style.clock(readAt)})`)}`;
  });
  return ['', paint('faint', 'WHERE THINGS STAND'), ...lines];
}

const stepGlyphs: Readonly<Record<StepView['state'], string>> = {
  waiting: '·',
  begun: '▸',
  done: '✓',
  'needs-you': '!',
  skipped: '–',
};

export function stepLine(step: StepView, style: Style): string {
  const glyph = stepGlyphs[step.state];
  const tone = step.state === 'done' ? 'good' : step.state === 'needs-you' ? 'attention' : 'quiet';
  const proof = step.proof
    .map(({ text, requestId }) => (requestId ? `${text}, request ${style.id(requestId)}` : text))
    .join(' · ');
  const time = style.clock(step.endedAt ?? step.beganAt);
  return [
    `${paint(tone, glyph)} ${String(step.n).padStart(2)} ${clean(step.title)}`,
    paint('faint', time),
    clean(proof),
  ]
    .filter((part) => part !== '' && part !== paint('faint', ''))
    .join('   ');
}

function steps(detail: JobDetail, style: Style): string {
  const lines: string[] = [];
  for (const step of detail.steps) {
    if (step.name === detail.commitStep) lines.push(paint('faint', `── ${commitLine} ──`));
    lines.push(stepLine(step, style));
    if (step.state === 'done' || step.state === 'skipped') continue;
    for (const call of step.calls) {
      const request = call.requestId ? `, request ${call.requestId}` : '';
      lines.push(paint('faint', clean(`      ${call.call}: ${call.result}${request}`)));
    }
  }
  return lines.join('\n');
}
