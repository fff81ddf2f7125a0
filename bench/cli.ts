import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { defaultKdfCost, passphraseKey } from '../electron/core/crypto/passphrase-kdf.ts';
import { nodeClock } from '../electron/core/kernel/node-clock.ts';
import { Secret } from '../electron/core/kernel/secret.ts';
import { createKeystore } from '../electron/core/store/keystore-file.ts';
import { fillStore } from './support/fill-store.ts';
import { interleaved, median, quantile, timed } from './support/measure.ts';
import { atMost, type Bench, figure } from './support/report.ts';
import { TemporaryFolder } from './support/temporary.ts';

const keyreeve = fileURLToPath(new URL('../bin/keyreeve', import.meta.url));
const passphrase = 'a passphrase of several words';
/** Ten groups: what a list costs by its length is measured elsewhere. */
const keys = 100;

/** A keystore on disk, and the environment in which commands find their daemon and their cache. */
class Bed {
  readonly path: string;
  readonly #passphraseFile: string;
  readonly env: NodeJS.ProcessEnv;

  constructor(folder: string) {
    this.path = join(folder, 'bench.keystore');
    this.#passphraseFile = join(folder, 'passphrase');
    writeFileSync(this.#passphraseFile, passphrase, { mode: 0o600 });
    const cache = join(folder, 'cache');
    const state = join(folder, 'state');
    for (const each of [cache, state]) mkdirSync(each, { mode: 0o700 });
    this.env = { ...process.env, KEYREEVE_STATE: state, XDG_CACHE_HOME: cache };
  }

  async fill(): Promise<void> {
    using secret = Secret.copyOf(Buffer.from(passphrase));
    const ports = { clock: nodeClock, random: randomBytes };
    const { store } = await createKeystore({
      ...ports,
      path: this.path,
      realm: 'practice',
      slot: { kind: 'passphrase', label: 'passphrase', passphrase: secret },
    });
    fillStore(store, ports, keys);
    store.close();
  }

  args(...words: string[]): string[] {
    return ['--keystore', this.path, '--passphrase-file', this.#passphraseFile, ...words];
  }

  /** Milliseconds of `group list`, from its start to its exit. */
  list(): number {
    return run(keyreeve, this.args('group', 'list'), this.env);
  }
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const start = performance.now();
  const ended = spawnSync(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ms = performance.now() - start;
  if (ended.status !== 0) throw new Error(`${command}: ${ended.stderr.toString()}`);
  return ms;
}

/** A daemon that holds the keystore, unlocked. */
async function startDaemon(bed: Bed): Promise<ChildProcess> {
  const daemon = spawn(keyreeve, bed.args('daemon', '--unlock'), {
    env: bed.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    daemon.once('exit', (code) => reject(new Error(`the daemon ended with ${code}`)));
    createInterface({ input: daemon.stdout }).once('line', () => resolve());
  });
  return daemon;
}

async function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null) return;
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await ended;
}

async function deriving(): Promise<number> {
  using secret = Secret.copyOf(Buffer.from(passphrase));
  const { ms, value } = await timed(() => passphraseKey(secret, randomBytes(32), defaultKdfCost));
  value.dispose();
  return ms;
}

const nothing = (bed: Bed): number => run(process.execPath, ['-e', '0'], bed.env);

/** Short commands against Node doing nothing. Goals: P15. */
export const bench: Bench = async ({ quick }) => {
  const rounds = quick ? 3 : 15;
  using folder = new TemporaryFolder();
  const bed = new Bed(folder.path);
  await bed.fill();
  const daemon = await startDaemon(bed);
  let beside;
  try {
    beside = await interleaved(
      rounds,
      async () => nothing(bed),
      async () => bed.list(),
    );
  } finally {
    await stop(daemon);
  }
  const alone = await interleaved(
    rounds,
    async () => ({ node: nothing(bed), kdf: await deriving() }),
    async () => bed.list(),
  );
  return report(beside, alone);
};

function report(
  beside: readonly { readonly limit: number; readonly product: number }[],
  alone: readonly {
    readonly limit: { readonly node: number; readonly kdf: number };
    readonly product: number;
  }[],
) {
  const row = (name: string, times: readonly number[]) => [
    name,
    figure(median(times)),
    figure(quantile(times, 0.9)),
    figure(Math.min(...times)),
  ];
  const more = median(beside.map(({ limit, product }) => product - limit));
  const moreAlone = median(alone.map(({ limit, product }) => product - limit.node - limit.kdf));
  return {
    title: 'Short commands of the command line',
    tables: [
      {
        title: `Milliseconds from start to exit, ${beside.length} interleaved rounds`,
        columns: ['command', 'median', 'p90', 'least'],
        rows: [
          row('node -e 0', [
            ...beside.map((pair) => pair.limit),
            ...alone.map((pair) => pair.limit.node),
          ]),
          row(
            'keyreeve group list, beside a daemon',
            beside.map((pair) => pair.product),
          ),
          row(
            'Argon2id alone',
            alone.map((pair) => pair.limit.kdf),
          ),
          row(
            'keyreeve group list, no daemon',
            alone.map((pair) => pair.product),
          ),
        ],
      },
    ],
    goals: [
      atMost(
        'group list beside a daemon: node -e 0 and at most 100 ms',
        more,
        100,
        `+ ${figure(more)} ms`,
      ),
      atMost(
        'group list without one: node -e 0, Argon2id and at most 100 ms',
        moreAlone,
        100,
        `+ ${figure(moreAlone)} ms`,
      ),
    ],
    remarks: [
      'bin/keyreeve as a person starts it, with compiled code in the cache of its account, over a keystore of ten groups.',
    ],
  };
}
