import { cpuOf } from '../support/machine.ts';
import { interleaved } from '../support/measure.ts';
import type { Worker } from '../support/worker.ts';
import type { BareMethods } from './bare-worker.ts';
import type { LoadMethods, Pace } from './load-worker.ts';
import type { Proxy, Stage } from './stage.ts';

/** Everything that is measured against each other. */
export interface Sides {
  readonly load: Worker<LoadMethods>;
  readonly bare: Worker<BareMethods>;
  readonly barePort: number;
  readonly stage: Stage;
  readonly proxy: Proxy;
  readonly quick: boolean;
}

/** Requests of one run, and the CPU time (microseconds) that each took on the measured side. */
export interface Run extends Pace {
  readonly cpuEach: number;
}

export interface Cell {
  readonly name: string;
  readonly connections: number;
  readonly pairs: readonly { readonly limit: Run; readonly product: Run }[];
}

type Api = 'encrypt' | 'decrypt';

/** Contents of a request, and a body such as answers it. */
interface Kind {
  readonly api: Api;
  readonly content: object;
  readonly answer: Uint8Array;
}

async function measuredRun(cpu: () => number, run: () => Promise<Pace>): Promise<Run> {
  const before = cpu();
  const pace = await run();
  return { ...pace, cpuEach: ((cpu() - before) * 1000) / pace.requests };
}

async function kindOf({ load, stage, proxy }: Sides, api: Api, bytes: number): Promise<Kind> {
  const { port } = proxy;
  const plaintext = Buffer.alloc(bytes, 7).toString('base64');
  const sealed = await load.ask('once', {
    port,
    request: stage.request('encrypt', { plaintext }, port),
  });
  if (sealed.status !== 200) throw new Error(`encrypt answered ${sealed.status}`);
  if (api === 'encrypt') return { api, content: { plaintext }, answer: sealed.body };
  const content = JSON.parse(Buffer.from(sealed.body).toString()) as object;
  const opened = await load.ask('once', { port, request: stage.request('decrypt', content, port) });
  if (opened.status !== 200) throw new Error(`decrypt answered ${opened.status}`);
  return { api, content, answer: opened.body };
}

async function measureCell(sides: Sides, name: string, kind: Kind, connections: number) {
  const { load, bare, barePort, stage, proxy, quick } = sides;
  await bare.ask('answer', { body: kind.answer, secret: null });
  const ms = quick ? 300 : 1500;
  const run = (port: number, cpu: () => number) =>
    measuredRun(cpu, () =>
      load.ask('closed', {
        port,
        request: stage.request(kind.api, kind.content, proxy.port),
        connections,
        ms,
      }),
    );
  const pairs = await interleaved(
    quick ? 1 : 5,
    () => run(barePort, () => cpuOf(bare.pid)),
    () => run(proxy.port, () => proxy.cpu()),
  );
  return { name, connections, pairs };
}

/** Encrypt and Decrypt of small and large values, as fast as they are answered. */
export async function measureThroughput(sides: Sides, all: boolean): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const api of all ? (['encrypt', 'decrypt'] as const) : (['encrypt'] as const)) {
    for (const bytes of all ? [32, 4096] : [32]) {
      const kind = await kindOf(sides, api, bytes);
      const name = `${api === 'encrypt' ? 'Encrypt' : 'Decrypt'} ${bytes} B`;
      for (const connections of [16, 64]) {
        cells.push(await measureCell(sides, name, kind, connections));
      }
    }
  }
  return cells;
}

/** The bare server with and without a check of the signature. */
export async function measureSignature(sides: Sides): Promise<Cell> {
  const { load, bare, barePort, stage, quick } = sides;
  const kind = await kindOf(sides, 'encrypt', 32);
  const run = async (secret: string | null) => {
    await bare.ask('answer', { body: kind.answer, secret });
    const request = stage.request(kind.api, kind.content, barePort);
    const target = { port: barePort, request, connections: 16, ms: quick ? 300 : 1500 };
    return measuredRun(
      () => cpuOf(bare.pid),
      () => load.ask('closed', target),
    );
  };
  const pairs = await interleaved(
    quick ? 1 : 5,
    () => run(null),
    () => run(stage.credential.secretAccessKey),
  );
  return { name: 'SigV4 alone', connections: 16, pairs };
}
