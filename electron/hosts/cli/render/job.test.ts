import { expect, it } from 'vitest';
import { detail } from '../commands.fixture.ts';
import { Screen } from '../screen.ts';
import { jobsText, jobText, stepLine } from './job.ts';
import { styleFor } from './moments.ts';

it('sets the request id off from what the step did', () => {
  const style = styleFor({ forPeople: false, width: Number.POSITIVE_INFINITY });
  const step = {
    n: 9,
    name: 'move-alias',
    title: 'Move alias',
    state: 'done',
    beganAt: 0,
    endedAt: 0,
    attempts: 1,
    proof: [
      { text: 'alias/pay names version 2', requestId: '51d9' },
      { text: 'read back', requestId: '62ea' },
      { text: 'noted' },
    ],
    calls: [],
    failure: null,
  } as const;
  expect(stepLine({ ...step, proof: [...step.proof], calls: [] }, style)).toMatch(
    / {3}alias\/pay names version 2, request 51d9 · read back, request 62ea · noted$/,
  );
});

it('says once what stopped a job', () => {
  const style = styleFor({ forPeople: false, width: Number.POSITIVE_INFINITY });
  const failure = { code: 'ROTATION_OVERTAKEN', details: { version: 2 } } as const;
  const message = 'This rotation was carried on elsewhere and is over.';
  const stopped = detail('needs-you');
  const text = jobText(
    { ...stopped, steps: [], next: null, job: { ...stopped.job, failure, message } },
    style,
  );
  expect(text.split(message)).toHaveLength(2);
});

it('shows of which group a job is, also on 80 columns', () => {
  const sink = { isTTY: true, columns: 80, write: () => true };
  const style = styleFor(new Screen({ stdout: sink, stderr: sink, colour: false }));
  const { job } = detail('needs-you');
  const title = 'Bring in HSM protected key: payments';
  const message = 'AWS does not take this key as the material of that KMS key.';
  expect(jobsText([{ ...job, failure: null, title, message }], style)).toMatch(
    /Bring.*….*payments {2}/,
  );
});
