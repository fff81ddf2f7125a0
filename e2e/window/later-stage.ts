import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import type { Clock } from '../../electron/core/ports.ts';
import { type WindowStage, openWindow } from '../support/window-stage.ts';
import { Desk } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { SoftHsm } from '../support/soft-hsm.ts';

/**
 * A practice keystore that was worked with on another device: it is locked, its HSM wants the PIN,
 * and this device is not the designated one.
 */
export class LaterStage implements AsyncDisposable {
  readonly stage: WindowStage;
  readonly aws: OutsideAws;
  readonly hsm: SoftHsm;
  readonly folder: string;

  private constructor(stage: WindowStage, aws: OutsideAws, hsm: SoftHsm, folder: string) {
    this.stage = stage;
    this.aws = aws;
    this.hsm = hsm;
    this.folder = folder;
  }

  /**
   * `work` fills the keystore, with the HSM attached and at the time of the given clock; it is locked
   * when the window opens.
   */
  static async open(
    work: (desk: Desk, aws: OutsideAws) => Promise<void>,
    sameDevice = false,
    clock: Clock = nodeClock,
  ): Promise<LaterStage> {
    const folder = mkdtempSync(join(tmpdir(), 'keyreeve-later-'));
    const hsm = new SoftHsm(folder);
    const aws = await OutsideAws.start();
    try {
      {
        await using desk = await Desk.open(aws, { folder, clock });
        await hsm.attach(desk);
        await work(desk, aws);
      }
      if (!sameDevice) rmSync(join(folder, 'state', 'device-id'));
      return new LaterStage(await openWindow({ folder }), aws, hsm, folder);
    } catch (error) {
      await aws[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get page() {
    return this.stage.page;
  }
  get call() {
    return this.stage.call;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stage.stop();
    } finally {
      await this.aws[Symbol.asyncDispose]();
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}
