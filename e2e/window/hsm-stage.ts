import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SoftHsm } from '../support/soft-hsm.ts';
import { JobStage } from './job-story.ts';

/** A window on a practice keystore with a SoftHSM token attached, and a practice KMS. */
export class HsmStage implements AsyncDisposable {
  readonly jobs: JobStage;
  readonly hsm: SoftHsm;
  readonly #folder: string;

  private constructor(jobs: JobStage, hsm: SoftHsm, folder: string) {
    this.jobs = jobs;
    this.hsm = hsm;
    this.#folder = folder;
  }

  static async open(kms: readonly string[] = []): Promise<HsmStage> {
    const folder = mkdtempSync(join(tmpdir(), 'keyreeve-hsm-stage-'));
    try {
      // Before the console starts: its processes inherit where SoftHSM looks for tokens.
      const hsm = new SoftHsm(folder);
      const jobs = await JobStage.open({}, kms);
      await hsm.attach(jobs);
      return new HsmStage(jobs, hsm, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.jobs[Symbol.asyncDispose]();
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}
