import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { isFinal } from '../../shared/model/job.ts';
import type { Call, OutputFor } from '../../electron/hosts/cli/operations.ts';
import type { JobReport, Report } from './orders.ts';

type Detail = OutputFor<'job.show'>;
type View = Detail['job'];

/** Jobs dated further ahead (ms) than this are none of this run's. */
const farAhead = 60_000;

/** Nothing moves any more by itself, or the core waits for a person or a distant date. */
const isBusy = (job: View, now: number): boolean =>
  !isFinal(job.state) &&
  job.state !== 'needs-you' &&
  (job.notBefore === null || job.notBefore <= now + farAhead);

/** Waits until no job moves any more and every job that stopped says where things stand. */
export async function untilQuiet(call: Call): Promise<readonly Detail[]> {
  const revisions = new Map<string, number>();
  for (;;) {
    const { jobs } = await call('job.list', { limit: 500 });
    const details: Detail[] = [];
    for (const job of jobs) details.push(await call('job.show', { job: job.id }));
    const busy = details.find(
      ({ job, standing }) =>
        isBusy(job, Date.now()) || (job.state === 'needs-you' && standing === null),
    );
    if (!busy) return details;
    const { id } = busy.job;
    const answer = await call('job.wait', {
      job: id,
      revision: revisions.get(id) ?? 0,
      waitMs: 1000,
    });
    revisions.set(id, answer.revision);
  }
}

export const seenSteps = (detail: Detail) =>
  detail.steps.map(({ name, state, proof }) => ({
    name,
    state,
    proof: proof.map((line) => line.text),
  }));

const reportJob = (detail: Detail): JobReport => ({
  id: detail.job.id,
  number: detail.job.number,
  kind: detail.job.kind,
  state: detail.job.state,
  failure: detail.job.failure?.code ?? null,
  message: detail.job.message,
  standing: detail.standing,
  leftovers: detail.leftovers,
  steps: detail.steps.map(({ name, state, proof, attempts, calls }) => ({
    name,
    state,
    proof: proof.map((line) => line.text),
    attempts,
    calls,
  })),
});

/** What a caller is told of everything, once it is quiet. The audit log is exported and proved. */
export async function takeReport(
  call: Call,
  details: readonly Detail[],
  auditFile: string,
): Promise<Report> {
  const { keys: listed } = await call('key.list', { limit: 500 });
  const keys: OutputFor<'key.show'>[] = [];
  for (const key of listed) keys.push(await call('key.show', { key: key.reference }));
  const { groups } = await call('group.list', { limit: 500 });
  const stores: OutputFor<'xksStore.show'>[] = [];
  for (const { id } of (await call('xksStore.list', {})).stores) {
    stores.push(await call('xksStore.show', { store: id }));
  }
  const status = await call('keystore.status', {});
  const { size } = await call('audit.list', { limit: 1 });
  return {
    condition: status.state,
    jobs: details.map(reportJob),
    keys,
    groups,
    stores,
    serving: await servingNow(call),
    auditSize: size,
    audit: await proveAudit(call, auditFile),
  };
}

/** What proxies serve; one that is late, on a busy machine, is asked again. */
async function servingNow(call: Call): Promise<OutputFor<'xks.status'>> {
  for (let tries = 0; ; tries += 1) {
    const serving = await call('xks.status', {});
    if (tries === 50 || serving.nodes.every(({ newest }) => newest)) return serving;
    await nodeClock.sleep(100);
  }
}

async function proveAudit(call: Call, to: string): Promise<OutputFor<'audit.verify'>> {
  const { fingerprint } = await call('audit.export', { to });
  return call('audit.verify', { file: to, fingerprint });
}
