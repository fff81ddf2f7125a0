import { isFinal, type JobState } from '../../shared/model/job.ts';
import type { InputFor, OutputFor } from '../../electron/hosts/cli/operations.ts';
import { OutsideAws, practiceRoot, region } from '../support/outside-aws.ts';
import { type ConsoleStageOptions } from '../support/console.ts';
import { type WindowStage, openWindow } from '../support/window-stage.ts';

const atWork: readonly JobState[] = ['waiting', 'running', 'checking'];

type Detail = OutputFor<'job.show'>;

/** A window on a practice keystore that goes to a practice KMS which tests can make misbehave. */
export class JobStage implements AsyncDisposable {
  readonly stage: WindowStage;
  readonly aws: OutsideAws;

  private constructor(stage: WindowStage, aws: OutsideAws) {
    this.stage = stage;
    this.aws = aws;
  }

  /** `kms` are further words for the command that starts the practice KMS. */
  static async open(
    options: ConsoleStageOptions = {},
    kms: readonly string[] = [],
  ): Promise<JobStage> {
    const aws = await OutsideAws.start(kms);
    try {
      const stage = await openWindow({ ...options, keystore: 'practice' });
      const jobs = new JobStage(stage, aws);
      await jobs.call('credential.import', {
        kind: 'keys',
        name: 'ledger-kms',
        accessKeyId: practiceRoot.accessKeyId,
        secretAccessKey: Uint8Array.from(Buffer.from(practiceRoot.secretAccessKey)),
        endpoint: aws.url,
      });
      return jobs;
    } catch (error) {
      await aws[Symbol.asyncDispose]();
      throw error;
    }
  }

  get page() {
    return this.stage.page;
  }
  get call() {
    return this.stage.call;
  }

  async addGroup(name: string, fields: Partial<InputFor<'group.add'>> = {}): Promise<string> {
    const group = { name, credential: 'ledger-kms', region, storage: 'software' as const };
    return (await this.call('group.add', { ...group, ...fields })).id;
  }

  /** Starts a rotation; the id of its job. */
  async begin(group: string): Promise<string> {
    const { number } = await this.call('group.planForceRotate', { group });
    return (await this.call('group.forceRotate', { group, plan: number })).jobId;
  }

  async synchronize(key: string): Promise<string> {
    const choices = { deleteMaterial: false, updatePolicy: false, importMaterial: true };
    const plan = await this.call('key.planSynchronize', { key, ...choices });
    return (await this.call('key.synchronize', { key, ...choices, plan: plan.number })).jobId;
  }

  /** Waits until a job is in one of these states, its standing read where it must be. */
  async reach(job: string, ...states: readonly JobState[]): Promise<Detail> {
    for (let revision = 0; ; ) {
      const answer = await this.call('job.wait', { job, revision, waitMs: 10_000 });
      const { state } = answer.detail.job;
      const told = state === 'done' || atWork.includes(state) || answer.detail.standing !== null;
      if (states.includes(state) && told) return answer.detail;
      const stuck = state === 'needs-you' && !states.includes('cancelled');
      if (!states.includes(state) && (isFinal(state) || stuck)) {
        throw new Error(`job ${answer.detail.job.number} is ${state}, not ${states.join(' or ')}`);
      }
      revision = answer.revision;
    }
  }

  async rotated(group: string): Promise<Detail> {
    return this.reach(await this.begin(group), 'done');
  }

  /** A rotation that stops before the alias moves, because AWS does not allow that. */
  async stopped(group: string): Promise<Detail> {
    await this.aws.deny(['kms:UpdateAlias']);
    return this.reach(await this.begin(group), 'needs-you');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stage.stop();
    } finally {
      await this.aws[Symbol.asyncDispose]();
    }
  }
}
