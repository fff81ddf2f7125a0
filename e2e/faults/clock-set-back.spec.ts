import { afterAll, beforeAll, expect, it } from 'vitest';
import { day, HurriedClock } from '../support/clocks.ts';
import { Desk, requireDone } from '../support/desk.ts';
import { changed } from '../support/effects.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { failureOf } from '../support/truth.ts';

let aws: OutsideAws;
let desk: Desk;
const clock = new HurriedClock();
const year = 365 * day;
const days = 100;

beforeAll(async () => {
  aws = await OutsideAws.start();
  desk = await Desk.open(aws, { clock });
});
afterAll(async () => {
  await desk?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

it.each(['create', 'parameters', 'import', 'alias'])(
  'by a year, before %s: it is said, and once it is right the rotation ends as planned',
  async (step) => {
    const group = `back-${step}`;
    await desk.addGroup(group, { awsDeletesMaterialAfterDays: days, rotate: false });
    await desk.rotated(group);
    const since = await aws.mark();
    desk.at(`group.force-rotate:${step}:before-intent`, () => {
      clock.wallAhead = -year;
    });
    const stopped = await desk.rotate(group);
    clock.wallAhead = 0;
    expect(stopped.job.state).toBe('needs-you');
    expect(failureOf(stopped).code).toBe('AWS_CLOCK_SKEW');
    requireDone(await desk.goOn(stopped.job.id));
    expect(await changed(aws, since)).toMatchObject({ created: 1, materials: 1, aliasMoves: 1 });
    const { remote } = await desk.call('key.show', { key: `${group}/2` });
    const { ValidTo } = (await aws.key(remote?.keyId ?? '')).metadata;
    const left = (ValidTo ?? 0) * 1000 - Date.now();
    expect(Math.abs(left - days * day)).toBeLessThan(day);
  },
);
