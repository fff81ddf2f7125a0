import { median, timed } from '../support/measure.ts';
import { Worker } from '../support/worker.ts';
import type { LoadMethods } from './load-worker.ts';
import { Proxy, Stage } from './stage.ts';
import type { Sides } from './throughput.ts';
import type { TokenMethods } from './token-worker.ts';

export interface Scale {
  readonly keys: number;
  /** Requests a second with so many keys over those with few, by rounds. */
  readonly share: number;
  readonly initialize: number;
  readonly find: number;
  /**
   * Milliseconds from the start of the process to its first encryption: with the compiled code of an
   * earlier start, and without any, as the first start ever. Medians of interleaved starts.
   */
  readonly start: number;
  readonly firstEver: number;
}

export interface Memory {
  readonly requests: number;
  /** MiB after the first 10,000 requests and at the end, proxy and bridge. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const plaintext = Buffer.alloc(32, 7).toString('base64');

/** Asks until it encrypts: the device is opened beside everything else. */
async function firstAnswer(stage: Stage, load: Worker<LoadMethods>): Promise<Proxy> {
  const proxy = await Proxy.start(stage.configuration());
  for (;;) {
    const { port } = proxy;
    const request = stage.request('encrypt', { plaintext }, port);
    const { status } = await load.ask('once', { port, request });
    if (status === 200) return proxy;
  }
}

const starts = 3;

/** Starts it with and without compiled code, in turn; the last one is left running. */
async function measureStart(
  stage: Stage,
  load: Worker<LoadMethods>,
): Promise<{ readonly start: number; readonly firstEver: number; readonly proxy: Proxy }> {
  const took: { readonly kept: number[]; readonly none: number[] } = { kept: [], none: [] };
  for (let round = 0; ; round++) {
    process.env['NODE_DISABLE_COMPILE_CACHE'] = '1';
    const none = await timed(() => firstAnswer(stage, load));
    delete process.env['NODE_DISABLE_COMPILE_CACHE'];
    took.none.push(none.ms);
    await none.value.stop();
    const kept = await timed(() => firstAnswer(stage, load));
    took.kept.push(kept.ms);
    if (round + 1 === starts)
      return { start: median(took.kept), firstEver: median(took.none), proxy: kept.value };
    await kept.value.stop();
  }
}

/** Few keys in the token against very many. */
export async function measureScale(
  folder: string,
  few: Stage,
  load: Worker<LoadMethods>,
  quick: boolean,
): Promise<Scale | null> {
  const { device } = few;
  const many = await Stage.make(folder);
  if (device.driver !== 'pkcs11' || many.device.driver !== 'pkcs11') return null;
  const { module, tokenSerial, tokenLabel, pinFile, environment = {} } = many.device;
  const input = { module, tokenSerial, tokenLabel, pinFile };
  const worker = () =>
    new Worker<TokenMethods>(new URL('./token-worker.ts', import.meta.url), { env: environment });
  const keys = quick ? 200 : 10_000;
  {
    await using filler = worker();
    await filler.ask('fill', { ...input, keys });
  }
  await using opener = worker();
  const opened = await opener.ask('open', input);
  const { start, firstEver, proxy: large } = await measureStart(many, load);
  const small = await firstAnswer(few, load);
  try {
    const shares: number[] = [];
    for (let round = -1; round < (quick ? 1 : 5); round++) {
      const pace = async (stage: Stage, { port }: Proxy) => {
        const request = stage.request('encrypt', { plaintext }, port);
        const target = { port, request, connections: 16, ms: quick ? 300 : 1500 };
        return (await load.ask('closed', target)).perSecond;
      };
      const base = await pace(few, small);
      const share = (await pace(many, large)) / base;
      if (round >= 0) shares.push(share);
    }
    return { keys, share: median(shares), ...opened, start, firstEver };
  } finally {
    await small.stop();
    await large.stop();
  }
}

/** Memory after ten thousand and after a million requests. */
export async function measureMemory({ load, stage, proxy, quick }: Sides): Promise<Memory> {
  const most = quick ? 2_000 : 1_000_000;
  let requests = 0;
  const go = async (until: number) => {
    while (requests < until) {
      const request = stage.request('encrypt', { plaintext }, proxy.port);
      const target = { port: proxy.port, request, connections: 64, ms: quick ? 200 : 5_000 };
      requests += (await load.ask('closed', target)).requests;
    }
  };
  await go(quick ? 200 : 10_000);
  const before = proxy.resident();
  await go(most);
  return { requests, before, after: proxy.resident() };
}
