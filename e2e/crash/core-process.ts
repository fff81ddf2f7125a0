/**
 * A core of its own for the crash harness: the product as it is, with fault points that kill this
 * process. Production entries have none. Takes its orders from the parent process, tells what
 * happens by lines on descriptor 1, and ends with exit code 0 once everything is quiet and locked.
 */
import { createCore } from '../../electron/core/create-core.ts';
import { nodeClock } from '../../electron/core/kernel/node-clock.ts';
import { nodeLauncher } from '../../electron/core/kernel/node-launcher.ts';
import type { HostPorts } from '../../electron/core/ports.ts';
import { type Call, outputOf } from '../../electron/hosts/cli/operations.ts';
import { fileLogger } from '../../electron/hosts/log-file.ts';
import { FaultLine, say } from './fault-line.ts';
import type { Orders, Said } from './orders.ts';
import { seenSteps, takeReport, untilQuiet } from './quiet.ts';
import { seededRandom } from './seeded-random.ts';
import { carryOut, isDeed, startDeed } from './tasks.ts';

/** How long (ms) a lost CreateKey is looked for: AWS needs minutes, the practice KMS none. */
const orphanSearch = 1000;

const caller = { trusted: true, actor: 'crash-harness', host: 'test', channel: 'cli' } as const;

function portsFor(orders: Orders, faults: FaultLine): HostPorts {
  // The bridge is started with a cleaned environment; compiled code is shared to save time only.
  const cache = process.env['NODE_COMPILE_CACHE'];
  return {
    clock: nodeClock,
    random: seededRandom(orders.seed),
    log: fileLogger(orders.state, 'crash'),
    paths: { state: orders.state },
    ask: { secret: async () => null },
    launcher: {
      launch: (entry, environment) =>
        nodeLauncher.launch(entry, {
          ...environment,
          ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }),
        }),
    },
    faults,
  };
}

/** Jobs begin only when the check of the keystore is over. */
async function untilVerified(call: Call): Promise<void> {
  for (;;) {
    const { state, reason } = await call('keystore.status', {});
    if (state === 'verified') return;
    if (state !== 'checking') throw new Error(`the keystore is ${state}: ${reason ?? ''}`);
    await nodeClock.sleep(2);
  }
}

/** Tells each picture of the job that the caller was given, until the job stops moving. */
async function watch(call: Call, job: string): Promise<void> {
  for (let revision = -1; ; ) {
    const answer = await call('job.wait', { job, revision: Math.max(revision, 0), waitMs: 1000 });
    const { state } = answer.detail.job;
    if (answer.revision !== revision) {
      say({ say: 'seen', job, state, steps: seenSteps(answer.detail) });
    }
    revision = answer.revision;
    if (!['waiting', 'running', 'checking'].includes(state)) return;
  }
}

async function live(call: Call, orders: Orders, faults: FaultLine): Promise<void> {
  for (const task of orders.prepare) await carryOut(call, task, orders);
  const { size } = await call('audit.list', { limit: 1 });
  say({ say: 'armed', at: Date.now(), auditSize: size });
  faults.arm();
  if (orders.deed !== null) {
    if (!isDeed(orders.deed)) throw new Error(`${orders.deed.do} is no job`);
    const job = await startDeed(call, orders.deed);
    say({ say: 'started', job });
    await watch(call, job);
  }
  if (orders.sendOn) {
    const { jobs } = await call('job.list', { limit: 500, state: ['needs-you'] });
    for (const job of jobs) await call('job.continue', { job: job.id });
  }
  const report = await takeReport(call, await untilQuiet(call), orders.auditFile);
  say({ say: 'quiet', report });
}

async function obey(orders: Orders): Promise<void> {
  const faults = new FaultLine(orders.kill);
  // A second life is armed from its first moment: what it finds is looked at as soon as it may be.
  if (orders.deed === null) faults.arm();
  const core = createCore(portsFor(orders, faults), {
    keystorePath: orders.keystore,
    longLived: true,
    orphanSearch,
  });
  const call: Call = async (name, input) =>
    outputOf<typeof name>(await core.call(name, input, caller));
  try {
    await call('keystore.unlock', { passphrase: Uint8Array.from(orders.passphrase) });
    await untilVerified(call);
    const bound = orders.pin !== null && (await call('hsm.status', {})).attached;
    if (orders.pin !== null && bound) {
      await call('hsm.login', { pin: Uint8Array.from(orders.pin) });
    }
    await live(call, orders, faults);
  } finally {
    await core.stop();
  }
}

// A harness that is gone needs no answer.
process.once('disconnect', () => process.exit(3));
process.once('message', (orders: Orders) => {
  obey(orders).then(
    () => process.exit(0),
    (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      say({ say: 'failed', error: text } satisfies Said);
      process.exit(1);
    },
  );
});
