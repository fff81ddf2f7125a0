import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf } from '../support/truth.ts';

let aws: OutsideAws;
let desk: Desk;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock: new HurriedClock() });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

/** The KMS key that the job under way has made. */
const newKeyOf = async (jobId: string): Promise<string> => {
  const { steps } = await desk.call('job.show', { job: jobId });
  const made = steps.flatMap(({ calls }) => calls).find(({ call }) => call === 'ImportKeyMaterial');
  const keyId = made?.parameters['KeyId'];
  if (typeof keyId !== 'string') throw new Error('the job has imported nothing');
  return keyId;
};

/** How often material was sent to AWS since. */
const imports = async (since: number): Promise<number> =>
  (await aws.calls(since)).filter((call) => call === 'ImportKeyMaterial').length;

describe('the material of the new key is deleted before the alias moves', () => {
  it('it is deleted between two goes of the engine: nothing is sent before a person says so', async () => {
    await desk.addGroup('unasked');
    await desk.rotated('unasked');
    const since = await aws.mark();
    const keys = new Set((await aws.held()).keys.map(({ metadata }) => metadata.KeyId));
    await aws.misbehave({ operations: { UpdateAlias: { dropBeforeEffect: 1_000_000 } } });
    desk.at('aws:UpdateAlias:sent', () =>
      aws.callNow('DeleteImportedKeyMaterial', { KeyId: aws.newestKeyNow(keys) }),
    );
    const stopped = await desk.rotate('unasked');
    await aws.misbehave();
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped)).toMatchObject({
      code: 'KEY_NOT_ENABLED',
      details: { state: 'PendingImport', mend: 'sends-again' },
    });
    expect(await imports(since)).toBe(1);
    requireDone(await desk.goOn(stopped.job.id));
    expect(await imports(since)).toBe(2);
  });

  it('it is deleted while the job waits for another reason: that is told before it is sent', async () => {
    await desk.addGroup('other-reason');
    await desk.rotated('other-reason');
    const since = await aws.mark();
    await aws.deny(['kms:UpdateAlias']);
    const stopped = await desk.rotate('other-reason');
    expect(failureOf(stopped).code).toBe('AWS_ACCESS_DENIED');
    await aws.allow();
    await aws.deleteMaterial(await newKeyOf(stopped.job.id));
    const again = await desk.goOn(stopped.job.id);
    expect(failureOf(again)).toMatchObject({ code: 'KEY_NOT_ENABLED' });
    expect(await imports(since)).toBe(1);
    requireDone(await desk.goOn(stopped.job.id));
    expect(await imports(since)).toBe(2);
  });
});
