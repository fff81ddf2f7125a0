import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { TestClock } from '../kernel/test-clock.fixture.ts';
import { HealthWatch } from './health.ts';
import type { ProxyParts } from './proxy.ts';
import type { ServedStore } from './serving/serving-set.ts';
import { KeyMaker, ports, store, World, type Device, failing, hanging } from './world.fixture.ts';

let maker: KeyMaker;
let a: ServedStore;
let world: World | null = null;

beforeAll(async () => {
  maker = await KeyMaker.start();
  a = store('a', [await maker.key('k')]);
});
afterEach(async () => {
  await world?.stop();
  world = null;
});

const start = async (parts: Partial<ProxyParts>): Promise<World> => {
  world = await World.start(maker, [a], parts);
  return world;
};

describe('health', () => {
  const watchOver = async (
    device: Device,
    more: Partial<{ audit: boolean; warning: string; reopen: () => Promise<void> }> = {},
  ) => {
    const clock = new TestClock();
    const canary = await maker.make('canary');
    const watch = new HealthWatch(ports(clock), {
      device,
      canary: () => canary,
      auditHealthy: () => more.audit ?? true,
      warning: () => more.warning ?? null,
      reopen: more.reopen ?? (async () => undefined),
    });
    return { clock, watch };
  };

  it('comes from encrypting and decrypting, and is kept for less than a minute', async () => {
    let calls = 0;
    const counted: Device = {
      gcmEncrypt: (...given) => (calls++, maker.driver.gcmEncrypt(...given)),
      gcmDecrypt: (...given) => maker.driver.gcmDecrypt(...given),
    };
    const { clock, watch } = await watchOver(counted);
    expect((await watch.current()).status).toBe('ACTIVE');
    await clock.advance(40_000);
    await watch.current();
    expect(calls).toBe(1);
    await clock.advance(20_000);
    await watch.current();
    expect(calls).toBe(2);
  });

  it('says what is: degraded, gone, without audit, hanging, lying', async () => {
    const degraded = await watchOver(maker.driver, { warning: 'Few PIN tries are left.' });
    expect(await degraded.watch.current()).toMatchObject({ status: 'DEGRADED' });
    const gone = await watchOver(failing(new OperationError('HSM_UNAVAILABLE')));
    expect(await gone.watch.current()).toMatchObject({ status: 'UNAVAILABLE' });
    const unwritten = await watchOver(maker.driver, { audit: false });
    expect(await unwritten.watch.current()).toMatchObject({ status: 'UNAVAILABLE' });
    const slow = await watchOver(hanging);
    const answer = slow.watch.current();
    await slow.clock.advance(151);
    expect(await answer).toMatchObject({ status: 'UNAVAILABLE' });
    const lying = await watchOver({
      gcmEncrypt: (...given) => maker.driver.gcmEncrypt(...given),
      gcmDecrypt: async () => randomBytes(32),
    });
    expect(await lying.watch.current()).toMatchObject({ status: 'UNAVAILABLE' });
  });

  it('calls a device slow only after three slow trials', async () => {
    const clockOf: { advance: (ms: number) => Promise<void> } = { advance: async () => undefined };
    const slow: Device = {
      async gcmEncrypt(...given) {
        await clockOf.advance(90);
        return maker.driver.gcmEncrypt(...given);
      },
      gcmDecrypt: (...given) => maker.driver.gcmDecrypt(...given),
    };
    const { clock, watch } = await watchOver(slow);
    clockOf.advance = (ms) => clock.advance(ms);
    const found = [];
    for (let n = 0; n < 3; n++) found.push((await watch.check()).status);
    expect(found).toEqual(['ACTIVE', 'ACTIVE', 'DEGRADED']);
    clockOf.advance = async () => undefined;
    expect((await watch.check()).status).toBe('ACTIVE');
  });

  it('is watched from a second after the start, and asked for before that', async () => {
    let trials = 0;
    const counted: Device = {
      gcmEncrypt: (...given) => (trials++, maker.driver.gcmEncrypt(...given)),
      gcmDecrypt: (...given) => maker.driver.gcmDecrypt(...given),
    };
    const { clock, watch } = await watchOver(counted);
    const stop = new AbortController();
    const watching = watch.watch(stop.signal);
    await clock.advance(999);
    expect([trials, watch.last.status]).toEqual([0, 'UNAVAILABLE']);
    await clock.advance(1);
    await expect.poll(() => watch.last.status).toBe('ACTIVE');
    await clock.advance(14_000);
    expect(trials).toBe(1);
    await clock.advance(1_000);
    await expect.poll(() => trials).toBe(2);
    stop.abort(new Error('stopped'));
    await watching;
    const asked = await watchOver(counted);
    expect((await asked.watch.current()).status).toBe('ACTIVE');
  });

  describe('of a device that no longer shows its keys', () => {
    const forgetful = async () => {
      const state = { holds: true, reopened: 0 };
      const only = <T>(work: () => Promise<T>): Promise<T> =>
        state.holds ? work() : Promise.reject(new OperationError('HSM_MASTER_MISSING'));
      const device: Device = {
        gcmEncrypt: (...given) => only(() => maker.driver.gcmEncrypt(...given)),
        gcmDecrypt: (...given) => only(() => maker.driver.gcmDecrypt(...given)),
      };
      const reopen = async (): Promise<void> => void (state.reopened += 1);
      const { clock, watch } = await watchOver(device, { reopen });
      expect((await watch.current()).status).toBe('ACTIVE');
      state.holds = false;
      return { state, clock, watch };
    };

    it('has it opened anew at the first key that is missed, then less and less often', async () => {
      const { state, clock, watch } = await forgetful();
      watch.missed();
      await expect.poll(() => watch.last.status).toBe('UNAVAILABLE');
      expect(state.reopened).toBe(1);
      for (const [seconds, reopened] of [
        [3, 1],
        [1, 2],
        [7, 2],
        [1, 3],
      ] as const) {
        await clock.advance(seconds * 1000);
        await watch.check();
        expect(state.reopened).toBe(reopened);
      }
      state.holds = true;
      expect((await watch.check()).status).toBe('ACTIVE');
      state.holds = false;
      await watch.check();
      expect(state.reopened).toBe(4);
    });

    it('leaves it alone while keys of requests are there', async () => {
      const { state, watch } = await forgetful();
      watch.worked();
      expect((await watch.check()).status).toBe('UNAVAILABLE');
      expect(state.reopened).toBe(0);
      await watch.check();
      expect(state.reopened).toBe(1);
    });

    it('hears from requests whether their keys are there', async () => {
      const heard: string[] = [];
      const health = {
        current: async () => there.health,
        worked: () => void heard.push('worked'),
        missed: () => void heard.push('missed'),
      };
      const away = { now: false };
      const device: Device = {
        gcmEncrypt: (...given) =>
          away.now
            ? Promise.reject(new OperationError('HSM_MASTER_MISSING'))
            : maker.driver.gcmEncrypt(...given),
        gcmDecrypt: (...given) => maker.driver.gcmDecrypt(...given),
      };
      const there: World = await start({ health, device });
      await there.encrypt(a, 'k');
      await there.encrypt(a, 'nobody');
      away.now = true;
      await there.encrypt(a, 'k');
      expect(heard).toEqual(['worked', 'missed']);
    });
  });

  it('is gone at once when the device is lost, and back when it is tried', async () => {
    const { watch } = await watchOver(maker.driver);
    await watch.current();
    watch.lost('The bridge ended.');
    expect(watch.last.status).toBe('UNAVAILABLE');
    await watch.check();
    expect(watch.last.status).toBe('ACTIVE');
  });
});
