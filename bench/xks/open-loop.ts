import type { Pace } from './load-worker.ts';
import type { Sides } from './throughput.ts';

/** What AWS allows a store each second. */
export const quota = 1800;
const connections = 48;

export interface OpenRound {
  readonly limit: Pace;
  readonly product: Pace;
}

export const keeps = ({ p99, late, refused }: Pace): boolean =>
  p99 <= 50 && late === 0 && refused === 0;

/** 1,800 requests a second, whatever is answered. A round that the bare server misses is repeated. */
export async function measureOpenLoop(sides: Sides): Promise<OpenRound[]> {
  const { load, bare, barePort, stage, proxy, quick } = sides;
  const plaintext = Buffer.alloc(32, 7).toString('base64');
  const request = () => stage.request('encrypt', { plaintext }, proxy.port);
  const sealed = await load.ask('once', { port: proxy.port, request: request() });
  await bare.ask('answer', { body: sealed.body, secret: null });
  const run = (port: number, seconds: number) =>
    load.ask('open', {
      port,
      request: request(),
      connections,
      ms: quick ? 1000 : seconds * 1000,
      perSecond: quota,
    });
  const rounds: OpenRound[] = [];
  for (let at = 0, repeated = 0; at < (quick ? 1 : 5); ) {
    const round = { limit: await run(barePort, 10), product: await run(proxy.port, 30) };
    rounds.push(round);
    if (!keeps(round.limit) && !keeps(round.product) && repeated < 2 && !quick) repeated++;
    else at++;
  }
  return rounds;
}
