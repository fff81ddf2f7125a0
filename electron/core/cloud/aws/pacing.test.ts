import { describe, expect, it } from 'vitest';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import type { Clock } from '../../ports.ts';
import { Pacer, type Place } from './pacing.ts';
import { quotasFrom } from './quotas.ts';

const place = (operation: string, account = '111122223333'): Place => ({
  account,
  region: 'eu-west-1',
  operation,
});
const parameters = place('GetParametersForImport');

/** What AWS does, as far as it is known: a bucket of one second's worth per operation. */
class ServerSide {
  readonly #clock: Clock;
  readonly #quota: number;
  #tokens: number;
  #at: number;
  calls = 0;
  throttled = 0;

  constructor(clock: Clock, quota: number) {
    this.#clock = clock;
    this.#quota = quota;
    this.#tokens = Math.max(1, quota);
    this.#at = clock.monotonic();
  }

  take(): boolean {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(
      Math.max(1, this.#quota),
      this.#tokens + ((now - this.#at) / 1000) * this.#quota,
    );
    this.#at = now;
    this.calls++;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return true;
    }
    this.throttled++;
    return false;
  }
}

async function runUntil(clock: TestClock, work: Promise<unknown>, limit = 600_000): Promise<void> {
  let done = false;
  void work.then(() => (done = true));
  for (let passed = 0; !done; passed += 20) {
    if (passed > limit) throw new Error('it did not finish');
    await clock.advance(20);
  }
}

/** Sleeps are late by up to 15 ms, as on a busy machine. */
function lateClock(clock: TestClock): Clock {
  let turn = 0;
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    elapsed: () => clock.elapsed(),
    sleep: (ms, signal) => clock.sleep(ms + ((turn += 7) % 16), signal),
    yield: () => clock.yield(),
  };
}

describe('sixty groups under AWS’s quotas, ten times as fast', () => {
  it.each(['exact timers', 'late timers'])(
    'keep 95 % of the rate with no call throttled: %s',
    async (kind) => {
      const own = new TestClock();
      const clock = kind === 'exact timers' ? own : lateClock(own);
      const pacer = new Pacer(clock, quotasFrom({ quotaScale: 10 }));
      const server = new Map(
        (['CreateKey', 'GetParametersForImport', 'ImportKeyMaterial', 'CreateAlias'] as const).map(
          (name) => [
            name as string,
            new ServerSide(
              own,
              {
                CreateKey: 50,
                GetParametersForImport: 10,
                ImportKeyMaterial: 150,
                CreateAlias: 50,
              }[name],
            ),
          ],
        ),
      );
      const call = async (operation: string, ticket?: { ticket: never }): Promise<void> => {
        for (;;) {
          await pacer.acquire(place(operation), ticket ?? {});
          await own.sleep(20);
          if (server.get(operation)?.take() !== false) return;
          pacer.throttled(place(operation));
        }
      };
      let empty = 0;
      let mostEmpty = 0;
      const rotate = async (): Promise<void> => {
        const kept = pacer.reserve(parameters);
        await kept.near(5_000);
        await call('CreateKey');
        empty++;
        mostEmpty = Math.max(mostEmpty, empty);
        await call('GetParametersForImport', { ticket: kept.ticket as never });
        await call('ImportKeyMaterial');
        empty--;
        await call('CreateAlias');
      };
      const began = own.monotonic();
      await runUntil(own, Promise.all(Array.from({ length: 60 }, rotate)));
      const seconds = (own.monotonic() - began) / 1000;
      const all = [...server.values()];
      expect(60 / seconds).toBeGreaterThanOrEqual(9.5);
      expect(60 / seconds).toBeLessThanOrEqual(10);
      expect(all.reduce((sum, each) => sum + each.throttled, 0)).toBe(0);
    },
  );
});

describe('a queue', () => {
  it('is served in order, one at a time, and idle time is not saved up', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    const served: [string, number][] = [];
    await clock.advance(60_000);
    const start = clock.monotonic();
    const join = (name: string): Promise<void> =>
      pacer.acquire(parameters).then(() => void served.push([name, clock.monotonic() - start]));
    const all = Promise.all(['a', 'b', 'c'].map(join));
    await runUntil(clock, all);
    expect(served.map(([name]) => name)).toEqual(['a', 'b', 'c']);
    expect(served[0]?.[1]).toBe(0);
    expect(served[1]?.[1]).toBeCloseTo(1000 / 0.97, 0);
    expect(served[2]?.[1]).toBeCloseTo(2000 / 0.97, 0);
  });

  it('is one per account, Region and operation', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    await pacer.acquire(parameters);
    await pacer.acquire(place('GetParametersForImport', '444455556666'));
    await pacer.acquire({ ...parameters, region: 'eu-west-2' });
    await pacer.acquire(place('ImportKeyMaterial'));
    expect(pacer.outlook(parameters).waits).toBeGreaterThan(1000);
    expect(pacer.outlook({ ...parameters, region: 'us-east-1' }).waits).toBe(0);
  });

  it('says how long and behind how many', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    const told: string[] = [];
    await pacer.acquire(parameters);
    const first = Array.from({ length: 37 }, () => pacer.acquire(parameters));
    const last = pacer.acquire(parameters, { tell: (text) => told.push(text) });
    expect(told).toEqual(["waits 39 s for AWS's limit of 1 request per second (37 ahead)"]);
    const outlook = pacer.outlook(parameters);
    expect(outlook).toMatchObject({ waiting: 38, perSecond: 0.97 });
    const before = clock.monotonic();
    await runUntil(clock, Promise.all([...first, last]));
    const took = clock.monotonic() - before;
    expect(Math.abs(took - outlook.waits + 1000 / 0.97) / took).toBeLessThan(0.05);
    expect(told.length).toBeGreaterThan(20);
    expect(told.at(-1)).toMatch(/^waits 1 s .* \(\d ahead\)$/);
  });

  it('lets a waiting call go when it is told to stop', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    const stop = new AbortController();
    await pacer.acquire(parameters);
    const waiting = pacer.acquire(parameters, { signal: stop.signal });
    stop.abort(new Error('locked'));
    await expect(waiting).rejects.toThrow('locked');
    expect(pacer.outlook(parameters).waiting).toBe(0);
  });

  it('puts a throttled call before those that were not tried', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    const order: string[] = [];
    await pacer.acquire(parameters);
    const later = pacer.acquire(parameters).then(() => order.push('new'));
    const again = pacer.acquire(parameters, { again: true }).then(() => order.push('again'));
    await runUntil(clock, Promise.all([later, again]));
    expect(order).toEqual(['again', 'new']);
  });
});

describe('a throttle', () => {
  it('halves the pace, once per second, and the pace comes back by equal steps', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    const imports = place('ImportKeyMaterial');
    const rate = (): number => pacer.outlook(imports).perSecond ?? 0;
    expect(rate()).toBeCloseTo(14.55, 5);
    pacer.throttled(imports);
    pacer.throttled(imports);
    expect(rate()).toBeCloseTo(7.275, 5);
    await clock.advance(1000);
    pacer.throttled(imports);
    expect(rate()).toBeCloseTo(3.6375, 5);
    await clock.advance(300);
    await pacer.acquire(imports);
    expect(rate()).toBeCloseTo(3.6375 + 0.3 * 0.75, 5);
    await clock.advance(4000);
    await pacer.acquire(imports);
    expect(rate()).toBeCloseTo(3.6375 + 0.3 * 0.75 + 0.3, 5);
    await clock.advance(61_000);
    await pacer.acquire(imports);
    expect(rate()).toBeCloseTo(14.55, 5);
  });

  it('never stops the queue altogether', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    for (let second = 0; second < 60; second++) {
      pacer.throttled(parameters);
      await clock.advance(20_000);
    }
    expect(pacer.outlook(parameters).perSecond).toBeGreaterThanOrEqual(1 / 16);
  });

  it('finds the true pace when AWS grants less than is written', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    const server = new ServerSide(clock, 0.25);
    let done = 0;
    const work = async (): Promise<void> => {
      for (;;) {
        await pacer.acquire(parameters);
        if (server.take()) {
          done++;
          return;
        }
        pacer.throttled(parameters);
      }
    };
    const began = clock.monotonic();
    await runUntil(clock, Promise.all(Array.from({ length: 40 }, work)), 1_000_000);
    expect(done).toBe(40);
    expect((done / (clock.monotonic() - began)) * 1000).toBeGreaterThan(0.15);
    expect(server.throttled).toBeLessThan(done / 3);
  });
});

describe('an operation without a known limit', () => {
  it('is not paced until it is throttled, then by half the table', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}), true);
    for (let call = 0; call < 100; call++) await pacer.acquire(parameters);
    await pacer.reserve(parameters).near(0);
    expect(pacer.outlook(parameters)).toEqual({ perSecond: null, waiting: 0, waits: 0 });
    pacer.throttled(parameters);
    expect(pacer.outlook(parameters).perSecond).toBeCloseTo(0.97, 5);
    expect(pacer.outlook(parameters).waits).toBeGreaterThan(1000);
  });
});

describe('a kept place', () => {
  it('lets CreateKey go when the place is near, and keeps its order', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    await pacer.acquire(parameters);
    const begun: number[] = [];
    const places = Array.from({ length: 10 }, () => pacer.reserve(parameters));
    const nears = places.map(async (kept, at) => {
      await kept.near(5_000);
      begun.push(at);
      return pacer.acquire(parameters, { ticket: kept.ticket });
    });
    await clock.settle();
    expect(begun).toEqual([0, 1, 2, 3]);
    await runUntil(clock, Promise.all(nears));
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is passed over while nobody claims it, and given up after a minute', async () => {
    const clock = new TestClock();
    const pacer = new Pacer(clock, quotasFrom({}));
    await pacer.acquire(parameters);
    const kept = pacer.reserve(parameters);
    const other = pacer.acquire(parameters);
    await runUntil(clock, other);
    expect(pacer.outlook(parameters).waiting).toBe(1);
    const claimed = pacer.acquire(parameters, { ticket: kept.ticket });
    await runUntil(clock, claimed);
    pacer.reserve(parameters);
    await clock.advance(61_000);
    expect(pacer.outlook(parameters).waiting).toBe(0);
  });
});

describe('the table', () => {
  it('has AWS’s figures, scaled or replaced by settings', () => {
    expect(quotasFrom({}).of('GetParametersForImport')).toBe(1);
    expect(quotasFrom({}).of('CreateKey')).toBe(5);
    expect(quotasFrom({ quotaScale: 10 }).of('ImportKeyMaterial')).toBe(150);
    expect(
      quotasFrom({ quotas: { GetParametersForImport: 0.25 } }).of('GetParametersForImport'),
    ).toBe(0.25);
  });
});
