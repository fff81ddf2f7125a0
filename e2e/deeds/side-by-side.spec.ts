import { expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';

const groups = ['payments-a', 'payments-b', 'payments-c'];

/** Time stands still between a step's end and the commit of its outcome while it is held. */
class HeldClock extends HurriedClock {
  #free: Promise<void> = Promise.resolve();
  release = (): void => undefined;

  hold(): void {
    this.#free = new Promise((resolve) => (this.release = resolve));
  }

  override async yield(): Promise<void> {
    await super.yield();
    await this.#free;
  }
}

it('groups that are given the same wrapping key at once are all rotated (practice)', async () => {
  const clock = new HeldClock();
  await using aws = await OutsideAws.start();
  await using desk = await Desk.open(aws, { clock });
  for (const group of groups) await desk.addGroup(group);
  await aws.misbehave({ operations: { GetParametersForImport: { latencyMs: 100_000 } } });
  // All of them have asked before one of them is answered.
  let questions = 0;
  const asked = (): void => {
    questions += 1;
    if (questions === groups.length) aws.controlNow('POST /mischief', {});
    else desk.at('aws:GetParametersForImport:sent', asked);
  };
  desk.at('aws:GetParametersForImport:sent', asked);
  // No outcome is kept before the last answer is there: nobody has seen the key before.
  let answers = 0;
  const answered = (): void => {
    answers += 1;
    if (answers === 1) clock.hold();
    if (answers === groups.length) setImmediate(() => clock.release());
    else desk.at('aws:GetParametersForImport:answered', answered);
  };
  desk.at('aws:GetParametersForImport:answered', answered);
  const jobs = await Promise.all(groups.map((group) => desk.rotate(group)));
  expect(answers).toBe(groups.length);
  for (const job of jobs) requireDone(job);
});
