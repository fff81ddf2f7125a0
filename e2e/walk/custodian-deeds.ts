import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import { kcvCmac } from '../../electron/core/crypto/cmac.ts';
import type { InputFor, OutputFor } from '../../electron/hosts/cli/operations.ts';
import type { KeyTurn } from '../../shared/model/key-turn.ts';
import { isFinal } from '../../shared/model/job.ts';
import { region } from '../support/outside-aws.ts';
import type { CustodianDeed } from './deeds.ts';
import type { Happening } from './happenings.ts';
import { policyOf } from './outside-deeds.ts';
import { pick } from './pick.ts';
import type { Plan, Start, Walk } from './walk.ts';

const day = 86_400_000;
const mostGroups = 5;

const groupAt = async (walk: Walk, a: number) => pick(await walk.groups(), a);
async function keyAt(walk: Walk, a: number, b: number) {
  return pick(await walk.keysOf((await groupAt(walk, a)).id), b);
}

/** A further digit of a number between 0 and 1: the same deed makes several choices. */
const further = (c: number, times: number): number => c * times - Math.floor(c * times);

async function begin(walk: Walk, plan: Plan, start: Start, waits: boolean): Promise<string> {
  const { jobId, joined } = await start();
  if (!joined) walk.started.push({ jobId, plan, start });
  return waits ? settled(walk, jobId) : 'started';
}

/** Waits for a job as long as a person would. */
async function settled(walk: Walk, job: string): Promise<string> {
  for (let revision = 0, tries = 0; tries < 12; tries += 1) {
    const answer = await walk.call('job.wait', { job, revision, waitMs });
    const { state, notBefore, failure } = answer.detail.job;
    if (isFinal(state) || state === 'needs-you') return `${state} ${failure?.code ?? ''}`;
    if (notBefore !== null && notBefore > walk.now() + 60_000) return 'far ahead';
    revision = answer.revision;
  }
  return 'still busy';
}
const waitMs = 2999;

const turn =
  (which: KeyTurn): Happening =>
  async (walk, { a, b, c }) => {
    const { id: key } = await keyAt(walk, a, b);
    const plan = await walk.call(which === 'disable' ? 'key.planDisable' : 'key.planEnable', {
      key,
    });
    const confirm = plan.confirmName === null ? {} : { confirm: plan.confirmName };
    const start = () =>
      which === 'disable'
        ? walk.call('key.disable', { key, plan: plan.number, ...confirm })
        : walk.call('key.enable', { key, plan: plan.number });
    return begin(walk, plan, start, c < 0.6);
  };

const kinds = [
  { keyType: 'AES' },
  { keyType: 'AES' },
  { keyType: 'AES' },
  { keyType: 'HMAC' },
  { keyType: 'ECC', keyUsage: 'sign-verify' },
  { keyType: 'RSA' },
] as const;

const addGroup: Happening = async (walk, { a, b, c }) => {
  const { length } = await walk.groups();
  if (length >= mostGroups) return 'enough';
  // RSA takes a second to make: now and then only
  const kind = pick(c < 0.05 ? kinds : kinds.slice(0, -1), a);
  const group = {
    name: `group-${length + 1}-${walk.log.length}`,
    credential: 'payments-kms',
    region,
    storage: walk.token && b < 0.5 ? 'hsm' : 'software',
    mapping: kind.keyType === 'AES' && c < 0.45 ? 'material' : 'container',
    rotate: c > 0.7,
    rotateEvery: { amount: 3, unit: 'months' },
    disableAfterRotating: b > 0.4 && b < 0.7,
    disableWaitDays: b < 0.55 ? 0 : 7,
    awsDeletesMaterialAfterDays: c > 0.85 ? 200 : null,
    ...kind,
  } satisfies InputFor<'group.add'>;
  await walk.call('group.add', group);
  return JSON.stringify(group);
};

const edit: Happening = async (walk, { a, b, c }) => {
  const { id: group, name } = await groupAt(walk, a);
  const ways: InputFor<'group.edit'>['changes'][] = [
    { alias: `${name}-${Math.floor(c * 3)}` },
    { awsDeletesMaterialAfterDays: c < 0.5 ? null : 180 },
    { disableAfterRotating: c < 0.5 },
    { description: `said ${c}` },
    { policy: policyOf(c) },
    { rotate: c < 0.5 },
    { name: `${name}x` },
  ];
  const changes = pick(ways, b);
  const plan = await walk.call('group.planEdit', { group, changes });
  await walk.call('group.edit', { group, changes, plan: plan.number });
  return JSON.stringify(changes);
};

const bringIn: Happening = async (walk, { a, b, c }) => {
  const { id: group, keyType } = await groupAt(walk, a);
  if (c > 0.9) {
    await walk.call('group.giveUpBringIn', { group });
    return 'given up';
  }
  const { pem, algorithm } = await walk.call('group.prepareBringIn', { group });
  if (keyType !== 'AES') return 'prepared only';
  const known = c < 0.1 && walk.brought.length > 0;
  const secret = known ? pick(walk.brought, b) : randomBytes(32);
  walk.brought.push(secret);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const oaepHash = algorithm.endsWith('256') ? 'sha256' : 'sha1';
  const file = publicEncrypt({ key: pem, padding, oaepHash }, secret).toString('base64');
  const asked = { group, file, kcv: kcvCmac(secret), adopt: c < 0.2 };
  const plan = await walk.call('group.planBringIn', asked);
  const start = () => walk.call('group.bringIn', { ...asked, plan: plan.number });
  return begin(walk, plan, start, b < 0.6);
};

const copyKey: Happening = async (walk, { a, b, c }) => {
  const { id: key } = await keyAt(walk, a, b);
  // mostly one that could take it: another type is refused before anything is looked at
  const { keyType, keyLength, storage } = await walk.call('key.show', { key });
  const groups = await walk.groups();
  const fit = groups.filter(
    (each) => each.keyType === keyType && each.keyLength === keyLength && each.storage === storage,
  );
  const { id: group } = pick(c < 0.9 ? fit : groups, further(c, 10));
  const asked = { key, group, adopt: further(c, 40) < 0.2 };
  const plan = await walk.call('group.planCopyKey', asked);
  const start = () => walk.call('group.copyKey', { ...asked, plan: plan.number });
  return begin(walk, plan, start, further(c, 80) < 0.6);
};

const synchronize: Happening = async (walk, { a, b, c }) => {
  const { id: key } = await keyAt(walk, a, b);
  const choices = {
    deleteMaterial: c < 0.25,
    updatePolicy: further(c, 8) < 0.6,
    importMaterial: further(c, 32) < 0.7,
    ...(c > 0.9 ? { validTo: walk.now() + 40 * day } : {}),
  };
  const plan = await walk.call('key.planSynchronize', { key, ...choices });
  const confirm = plan.confirmName === null ? {} : { confirm: plan.confirmName };
  const asked = { key, ...choices, plan: plan.number, ...confirm };
  return begin(walk, plan, () => walk.call('key.synchronize', asked), further(c, 64) < 0.6);
};

/** The same number once more: it joins what runs, or is refused; what was done is not done again. */
const again: Happening = async (walk, { a }) => {
  const before = pick(walk.started.slice(-4), a);
  const { jobId, joined } = await before.start();
  if (joined || jobId === before.jobId) return 'joined';
  const told = await walk.call('job.show', { job: before.jobId });
  const changed = changedCalls(told);
  const { number, title } = before.plan;
  // what was given up before it did anything may be asked for again
  if (changed.length > 0)
    walk.problems.push(
      `plan ${number} (${title}) was run twice: job ${told.job.number} is ${told.job.state} and did ${changed.join()}`,
    );
  return 'anew';
};

/** What a job changed in AWS, or may have. */
export const changedCalls = (detail: OutputFor<'job.show'>): string[] =>
  detail.steps.flatMap((step) =>
    step.calls.filter(({ changed }) => changed !== 'no').map(({ call }) => call),
  );

/** On one job of those in these states; most walks have several. */
const onJob =
  (
    states: InputFor<'job.list'>['state'],
    work: (walk: Walk, job: string, b: number) => Promise<string | null>,
  ): Happening =>
  async (walk, { a, b }) => {
    const { jobs } = await walk.call('job.list', { limit: 500, state: states });
    return jobs.length === 0 ? 'no such job' : work(walk, pick(jobs, a).id, b);
  };

/** What the custodian does, each by the calls that a window or the command line makes. */
export const custodianDeeds: Readonly<Record<CustodianDeed, Happening>> = {
  'add-group': addGroup,
  edit,
  'bring-in': bringIn,
  'copy-key': copyKey,
  synchronize,
  again,
  disable: turn('disable'),
  enable: turn('enable'),
  rotate: async (walk, { a, b, c }) => {
    const { id: group } = await groupAt(walk, a);
    const adopt = c < 0.12;
    const plan = await walk.call('group.planForceRotate', { group, adopt });
    const asked = { group, adopt, plan: plan.number };
    return begin(walk, plan, () => walk.call('group.forceRotate', asked), b < 0.6);
  },
  'make-active': async (walk, { a, b, c }) => {
    const { id: key } = await keyAt(walk, a, b);
    const plan = await walk.call('group.planMakeActive', { key });
    const start = () => walk.call('group.makeActive', { key, plan: plan.number });
    return begin(walk, plan, start, c < 0.6);
  },
  'synchronize-group': async (walk, { a, b }) => {
    const { id: group } = await groupAt(walk, a);
    const plan = await walk.call('group.planSynchronize', { group });
    const { jobs } = await walk.call('group.synchronize', { group, plan: plan.number });
    for (const { jobId } of jobs) if (b < 0.6) await settled(walk, jobId);
    return `${jobs.length} jobs`;
  },
  cancel: onJob(['waiting', 'running', 'checking', 'needs-you'], async (walk, job, b) => {
    const leftover = b < 0.5 ? 'leave' : 'schedule-deletion';
    await walk.call('job.cancel', { job, leftover });
    return leftover;
  }),
  'continue-job': async (walk) => {
    const { jobs } = await walk.call('job.list', { limit: 500, state: ['needs-you'] });
    for (const { id } of jobs) await walk.reply('job.continue', { job: id });
    return (await walk.untilQuiet(15)) ? `${jobs.length} jobs` : 'still busy';
  },
  'retry-job': onJob(['done-with-remark'], async (walk, job, b) => {
    await walk.call('job.retry', { job });
    return b < 0.7 ? settled(walk, job) : null;
  }),
  'start-due': async (walk) => {
    const { due, renewals } = await walk.call('job.due', {});
    if (due.length + renewals.length === 0) return 'nothing due';
    const groups = due.map(({ groupId }) => groupId);
    const keys = renewals.map(({ keyId }) => keyId);
    await walk.call('job.startDue', { groups, keys });
    return `${groups.length} groups, ${keys.length} keys`;
  },
  lock: async (walk) => {
    await walk.call('keystore.lock', {});
    await walk.unlock();
    return null;
  },
  'back-up': async (walk) => {
    await walk.call('keystore.backup', {});
    return null;
  },
  'keep-copy': (walk) => walk.keepCopy(),
  'restore-copy': (walk, { a }) => walk.restore(a),
  settle: async (walk) => ((await walk.untilQuiet(15)) ? 'quiet' : 'still busy'),
};
