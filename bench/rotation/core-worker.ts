/**
 * The product in a process of its own: a core with the ports of a Node host, driven through its
 * gate as any host drives it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller, Core, CoreConfig } from '../../electron/core/core.ts';
import { createCore } from '../../electron/core/create-core.ts';
import { prepareSoftToken } from '../../electron/hosts/demo/soft-token.ts';
import { writeCredentialFile } from '../../electron/hosts/demo/story.ts';
import { type Call, outputOf } from '../../electron/hosts/cli/operations.ts';
import { fileLogger } from '../../electron/hosts/log-file.ts';
import { nodePorts } from '../../electron/hosts/node-ports.ts';
import { childrenOf, cpuOf, residentOf } from '../support/machine.ts';
import { LoopDelay } from '../support/loop-delay.ts';
import { collectGarbage } from '../support/measure.ts';
import { profiled } from '../support/profiler.ts';
import { serve } from '../support/worker.ts';
import { type Foretold, rotateByPlan, startRotations, untilOver } from './deeds.ts';

export interface Stage {
  readonly folder: string;
  readonly url: string;
  readonly storage: 'hsm' | 'software';
  readonly groups: number;
  readonly backup: boolean;
}

/** What one batch cost. Milliseconds. */
export interface Batch {
  readonly rotations: number;
  readonly wall: number;
  readonly coreCpu: number;
  readonly bridgeCpu: number;
  readonly loopP99: number;
  readonly loopMost: number;
}

export interface Ran {
  readonly foretold: readonly Foretold[];
}

export type CoreMethods = {
  create(stage: Stage): Promise<void>;
  queue(input: { readonly groups: number }): Promise<void>;
  runQueue(settings: Pick<CoreConfig, 'parallel' | 'cloud'>): Promise<Batch & Ran>;
  open(settings: Pick<CoreConfig, 'parallel' | 'cloud'>): Promise<void>;
  rotate(input: { readonly groups: number; readonly each: number }): Promise<Batch>;
  probe(input: { readonly times: number }): Promise<Batch>;
  idle(input: { readonly ms: number }): Promise<Batch>;
  resident(input: null): { readonly core: number; readonly bridge: number };
  close(input: null): Promise<void>;
};

const caller: Caller = { trusted: true, actor: 'bench', host: 'bench', channel: 'cli' };
const passphrase = 'a passphrase of several words';
const pin = '42424242';
const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text));
export const groupName = (at: number): string => `group-${at}`;

let stage: Stage | null = null;
let core: Core | null = null;

const call: Call = async (name, input) => {
  if (!core) throw new Error('no core is open');
  return outputOf<typeof name>(await core.call(name, input, caller));
};

/**
 * `device` names which of two devices opens the keystore: jobs wait until theirs is the designated
 * one, which makes a starting line that costs nothing once it is crossed.
 */
function newCore(device: string, settings: Pick<CoreConfig, 'parallel' | 'cloud'>): void {
  if (!stage) throw new Error('nothing was created');
  const state = join(stage.folder, device);
  const ports = nodePorts({
    stateFolder: state,
    ask: { secret: async () => null },
    log: fileLogger(state, 'bench'),
  });
  core = createCore(ports, {
    keystorePath: join(stage.folder, 'bench.keystore'),
    longLived: true,
    ...settings,
  });
}

async function unlocked(device: string, settings: Pick<CoreConfig, 'parallel' | 'cloud'>) {
  newCore(device, settings);
  await call('keystore.unlock', { passphrase: bytes(passphrase) });
  for (;;) {
    const { state, reason } = await call('keystore.status', {});
    if (state === 'verified') break;
    if (state !== 'checking') throw new Error(`the keystore is ${state}: ${reason ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (stage?.storage === 'hsm') await call('hsm.login', { pin: bytes(pin) });
}

const designate = () => call('device.designate', { confirm: true });

async function create(on: Stage): Promise<void> {
  stage = on;
  newCore('desk', {});
  await call('keystore.create', {
    realm: 'practice',
    passphrase: bytes(passphrase),
    ...(on.backup ? { backupPlace: on.folder + '-backups' } : {}),
  });
  if (on.storage === 'hsm') {
    const token = prepareSoftToken(on.folder);
    if (!token) throw new Error('SoftHSM is not installed');
    await call('hsm.attach', {
      module: token.module,
      label: 'keyreeve-bench',
      pin: bytes(pin),
      soPin: bytes(pin),
      initializeToken: true,
      createMaster: true,
    });
  }
  const file = Uint8Array.from(readFileSync(writeCredentialFile(on.folder)));
  await call('credential.import', { kind: 'csv', name: 'bench', file, endpoint: on.url });
  for (let at = 0; at < on.groups; at++) {
    const { storage } = on;
    await call('group.add', {
      name: groupName(at),
      credential: 'bench',
      region: 'eu-west-1',
      storage,
    });
  }
  await close();
}

async function close(): Promise<void> {
  await core?.stop();
  core = null;
}

/** Where CPU profiles of what is measured go; empty: none is taken. */
const profileTo = process.env['KEYREEVE_BENCH_PROFILE'] ?? '';

const measured = (work: () => Promise<number>): Promise<Batch> =>
  profileTo === '' ? costOf(work) : profiled(profileTo, () => costOf(work));

async function costOf(work: () => Promise<number>): Promise<Batch> {
  const bridges = childrenOf(process.pid);
  const bridgeCpu = () => bridges.reduce((sum, pid) => sum + cpuOf(pid), 0);
  using loop = new LoopDelay();
  const before = { cpu: process.cpuUsage(), bridge: bridgeCpu(), at: performance.now() };
  const rotations = await work();
  const wall = performance.now() - before.at;
  const { user, system } = process.cpuUsage(before.cpu);
  return {
    rotations,
    wall,
    coreCpu: (user + system) / 1000,
    bridgeCpu: bridgeCpu() - before.bridge,
    ...loop.read(),
  };
}

const methods: CoreMethods = {
  create,
  close,
  /** Plans and starts a rotation of each group; none of them runs yet. */
  queue: async ({ groups }) => {
    await unlocked('desk', { parallel: 0 });
    await designate();
    await startRotations(call, groups);
    await close();
  },
  /** Runs what is queued, from the moment the jobs may go until the last is over. */
  runQueue: async (settings) => {
    await unlocked('engine', settings);
    let foretold: readonly Foretold[] = [];
    const batch = await measured(async () => {
      await designate();
      foretold = await untilOver(call);
      return foretold.length;
    });
    await close();
    return { ...batch, foretold };
  },
  open: async (settings) => {
    await unlocked('desk', settings);
    await designate();
  },
  rotate: ({ groups, each }) => measured(() => rotateByPlan(call, groups, each)),
  probe: ({ times }) =>
    measured(async () => {
      for (let at = 0; at < times; at++) await call('hsm.probe', {});
      return times;
    }),
  idle: ({ ms }) =>
    measured(async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return 0;
    }),
  resident: () => {
    collectGarbage();
    return {
      core: residentOf(process.pid),
      bridge: childrenOf(process.pid).reduce((sum, pid) => sum + residentOf(pid), 0),
    };
  },
};

serve(methods, close);
