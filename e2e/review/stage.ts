import { execFileSync } from 'node:child_process';
import { type Desk, type Detail } from '../support/desk.ts';
import type { OutsideAws } from '../support/outside-aws.ts';

type JobView = Detail['job'];

/** The newest job of a kind in a group; null while there is none. */
export async function newestJob(desk: Desk, group: string, kind: string): Promise<JobView | null> {
  const { jobs } = await desk.call('job.list', { group });
  return jobs.find((job) => job.kind === kind) ?? null;
}

/** The end of the newest job of a kind, which must be there. */
export async function ended(desk: Desk, group: string, kind: string): Promise<Detail> {
  const job = await newestJob(desk, group, kind);
  if (!job) throw new Error(`${group} has no ${kind}`);
  return desk.settled(job.id);
}

const rotationActions = {
  create: 'kms:CreateKey',
  parameters: 'kms:GetParametersForImport',
  import: 'kms:ImportKeyMaterial',
  confirm: 'kms:DescribeKey',
  alias: 'kms:UpdateAlias',
} as const;
export type ParkingStep = keyof typeof rotationActions;

/** A later rotation that needs a person at a step; the permission that was missing is back. */
export async function parkedRotation(
  { desk, aws }: { readonly desk: Desk; readonly aws: OutsideAws },
  group: string,
  step: ParkingStep,
): Promise<Detail> {
  desk.at(`group.force-rotate:${step}:before-intent`, () =>
    aws.controlNow('POST /deny', { actions: [rotationActions[step]] }),
  );
  const parked = await desk.rotate(group);
  if (parked.job.state !== 'needs-you') throw new Error(`it is ${parked.job.state}`);
  await aws.allow();
  return parked;
}

/** Other material than ours, brought in by the account's owner: for moments inside a job. */
export function importOtherNow(aws: OutsideAws, keyId: string): void {
  const client = import.meta.resolve('../../electron/practice/kms/testing/byok.fixture.ts');
  const given = [keyId, 'ab'.repeat(32)].map((each) => JSON.stringify(each));
  const script = `
    import { byokClient } from '${client}';
    const [keyId, material] = [${given.join(', ')}];
    const owner = byokClient(${JSON.stringify(aws.url)}, { region: 'eu-west-1' });
    const reply = await owner.importMaterial(keyId, Buffer.from(material, 'hex'));
    if (reply.status !== 200) throw new Error(reply.text);`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script]);
}
