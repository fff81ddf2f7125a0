import { constants, publicEncrypt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { kcvCmac } from '../../electron/core/crypto/cmac.ts';
import { OperationError } from '../../shared/errors/operation-error.ts';
import { isFinal } from '../../shared/model/job.ts';
import type { Call } from '../../electron/hosts/cli/operations.ts';
import { control } from '../../electron/practice/kms/testing/raw-client.fixture.ts';
import type { Orders, Task } from './orders.ts';
import {
  practiceAccessKeyId,
  practiceSecretAccessKey,
} from '../../electron/practice/kms/constants.ts';

type Deed = Extract<Task, { do: (typeof deeds)[number] }>;
const deeds = [
  'force-rotate',
  'bring-in',
  'copy-key',
  'make-active',
  'disable',
  'enable',
  'synchronize',
  'renew',
  'give-up',
  'store-deed',
  'xks-key-deed',
] as const;

/** Plans a deed and starts it, as a person does; answers with the job. */
export async function startDeed(call: Call, deed: Deed): Promise<string> {
  switch (deed.do) {
    case 'give-up':
      return giveUp(call, deed.group);
    case 'force-rotate': {
      const { group } = deed;
      const plan = await call('group.planForceRotate', { group });
      return (await call('group.forceRotate', { group, plan: plan.number })).jobId;
    }
    case 'bring-in':
      return bringIn(call, deed);
    case 'copy-key': {
      const { do: _do, ...asked } = deed;
      const plan = await call('group.planCopyKey', asked);
      return (await call('group.copyKey', { ...asked, plan: plan.number })).jobId;
    }
    case 'store-deed': {
      const { do: _do, ...asked } = deed;
      return byPlan(async () => {
        const plan = await call('xksStore.plan', asked);
        const confirm = plan.confirmName === null ? {} : { confirm: plan.confirmName };
        return call('xksStore.run', { ...asked, plan: plan.number, ...confirm });
      });
    }
    case 'xks-key-deed': {
      const { do: _do, ...asked } = deed;
      return byPlan(async () => {
        const plan = await call('xksKey.plan', asked);
        const confirm = plan.confirmName === null ? {} : { confirm: plan.confirmName };
        return call('xksKey.run', { ...asked, plan: plan.number, ...confirm });
      });
    }
    case 'disable': {
      const { key } = deed;
      const plan = await call('key.planDisable', { key });
      const confirm = plan.confirmName === null ? {} : { confirm: plan.confirmName };
      return (await call('key.disable', { key, plan: plan.number, ...confirm })).jobId;
    }
    case 'enable': {
      const { key } = deed;
      const plan = await call('key.planEnable', { key });
      return (await call('key.enable', { key, plan: plan.number })).jobId;
    }
    case 'make-active': {
      const { key } = deed;
      const plan = await call('group.planMakeActive', { key });
      return (await call('group.makeActive', { key, plan: plan.number })).jobId;
    }
    case 'renew': {
      const { group, days } = deed;
      await call('group.edit', { group, changes: { awsDeletesMaterialAfterDays: days } });
      await call('job.due', {});
      const made = (await call('job.list', { group })).jobs.find((job) => job.kind === 'key.renew');
      if (!made) throw new Error('no job renews the material');
      return made.id;
    }
    case 'synchronize': {
      const { key, choices } = deed;
      const plan = await call('key.planSynchronize', { key, ...choices });
      const confirm = plan.confirmName === null ? {} : { confirm: plan.confirmName };
      const started = await call('key.synchronize', {
        key,
        ...choices,
        plan: plan.number,
        ...confirm,
      });
      return started.jobId;
    }
  }
}

async function bringIn(
  call: Call,
  { group, secret }: Extract<Task, { do: 'bring-in' }>,
): Promise<string> {
  const { pem } = await call('group.prepareBringIn', { group });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const clear = Buffer.from(secret, 'hex');
  const wrapped = publicEncrypt({ key: pem, padding, oaepHash: 'sha256' }, clear);
  const asked = { group, file: wrapped.toString('base64'), kcv: kcvCmac(clear) };
  return byPlan(async () => {
    const plan = await call('group.planBringIn', asked);
    return call('group.bringIn', { ...asked, plan: plan.number });
  });
}

/** Starts by a plan; one that was overtaken by what happened since is made anew, as a person would. */
async function byPlan(start: () => Promise<{ readonly jobId: string }>): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    try {
      return (await start()).jobId;
    } catch (error) {
      const overtaken = error instanceof OperationError && error.code === 'PLAN_CHANGED';
      if (!overtaken || tries === 5) throw error;
    }
  }
}

async function giveUp(call: Call, group: string): Promise<string> {
  const { jobs } = await call('job.list', { group, state: ['needs-you'] });
  for (const job of jobs) {
    await call('job.cancel', { job: job.id, leftover: 'schedule-deletion' });
  }
  const made = (await call('job.list', { group })).jobs.find((job) => job.kind === 'key.discard');
  if (!made) throw new Error('no job discards the key');
  return made.id;
}

/** Waits until a job has ended as it was to; anything else is an error here. */
async function untilEnded(call: Call, job: string, wanted: 'done' | 'needs-you'): Promise<void> {
  for (let revision = 0; ; ) {
    const answer = await call('job.wait', { job, revision, waitMs: 10_000 });
    revision = answer.revision;
    const { state, failure, message } = answer.detail.job;
    if (state === wanted) return;
    if (isFinal(state) || state === 'needs-you') {
      throw new Error(`a preparation ended ${state}: ${message} ${JSON.stringify(failure)}`);
    }
  }
}

async function importCredential(
  call: Call,
  { csv, endpoint }: Extract<Task, { do: 'import-credential' }>,
): Promise<void> {
  const file = Uint8Array.from(Buffer.from(csv));
  await call('credential.import', { kind: 'csv', name: 'payments-kms', file, endpoint });
  await call('credential.test', { credential: 'payments-kms', region: 'eu-west-1' });
}

/** Brings one task about, to its end. */
export async function carryOut(
  call: Call,
  task: Task,
  { pin, passphrase, practiceControl }: Pick<Orders, 'pin' | 'passphrase' | 'practiceControl'>,
): Promise<void> {
  if (isDeed(task)) {
    await untilEnded(call, await startDeed(call, task), 'done');
    return;
  }
  switch (task.do) {
    case 'add-group':
      await call('group.add', task.group);
      return;
    case 'edit-group':
      await call('group.edit', { group: task.group, changes: task.changes });
      return;
    case 'import-credential':
      return importCredential(call, task);
    case 'attach':
      if (pin === null) throw new Error('a token needs a PIN');
      await call('hsm.attach', {
        module: task.module,
        label: task.label,
        pin: Uint8Array.from(pin),
        soPin: Uint8Array.from(pin),
        initializeToken: true,
        createMaster: true,
      });
      return;
    case 'designate':
      await call('device.designate', { confirm: true });
      return;
    case 'add-credential':
      await call('credential.import', {
        kind: 'keys',
        name: task.name,
        accessKeyId: practiceAccessKeyId,
        secretAccessKey: Uint8Array.from(Buffer.from(practiceSecretAccessKey)),
        endpoint: task.endpoint,
      });
      return;
    case 'change-passphrase':
      await call('keystore.passphrase', {
        current: Uint8Array.from(passphrase),
        replacement: Uint8Array.from(task.replacement),
      });
      return;
    case 'back-up':
      await call('keystore.backup', {});
      return;
    case 'back-up-to':
      await call('keystore.setBackupPlace', { place: task.place });
      return;
    case 'add-store':
      await call('xksStore.add', task.store);
      return;
    case 'edit-store':
      await call('xksStore.edit', task.changes);
      return;
    case 'let-time-pass':
      await control(practiceControl, 'POST /clock', { advanceSeconds: task.seconds });
      return;
    case 'prepare-proxy':
      writeFileSync(task.to, JSON.stringify(await call('xks.prepareProxy', {})));
      return;
    case 'rotate-in-vain': {
      const { group } = task;
      const job = await startDeed(call, { do: 'force-rotate', group });
      await untilEnded(call, job, 'needs-you');
    }
  }
}

export const isDeed = (task: Task): task is Deed => deeds.some((deed) => deed === task.do);
