import { afterEach, expect, it, vi } from 'vitest';
import type { HsmDriver } from '../hsm/driver.ts';
import type { XksRecord } from './audit/record.ts';
import { KeyMaker, store, World } from './world.fixture.ts';

let world: World | null = null;
afterEach(async () => {
  await world?.stop();
  world = null;
});

it.each(['device', 'disk'])(
  'answers 503 when what held up the %s held up the look at the deadlines, too',
  async (held) => {
    let heldUp = 0;
    const holdUp = (who: string): void => {
      if (who === held) heldUp = 250;
    };
    const maker = await KeyMaker.start();
    const device: Pick<HsmDriver, 'gcmEncrypt' | 'gcmDecrypt'> = {
      async gcmEncrypt(...given) {
        const sealed = await maker.driver.gcmEncrypt(...given);
        holdUp('device');
        return sealed;
      },
      gcmDecrypt: (...given) => maker.driver.gcmDecrypt(...given),
    };
    const records: XksRecord[] = [];
    const audit = {
      append: async (record: XksRecord): Promise<void> => {
        records.push(record);
        holdUp('disk');
      },
    };
    const a = store('a', [await maker.key('k')]);
    world = await World.start(maker, [a], { device, audit });
    const { clock, proxy } = world;
    const monotonic = clock.monotonic.bind(clock);
    vi.spyOn(clock, 'monotonic').mockImplementation(() => monotonic() + heldUp);
    const answer = await world.encrypt(a, 'k');
    expect(answer).toMatchObject({ status: 503, errorName: 'DependencyTimeoutException' });
    expect(answer.text).not.toContain('ciphertext');
    expect(records.at(-1)).toMatchObject({ verdict: 'DependencyTimeoutException', status: 503 });
    expect(Object.fromEntries(proxy.counts)).toEqual({ DependencyTimeoutException: 1 });
  },
);
