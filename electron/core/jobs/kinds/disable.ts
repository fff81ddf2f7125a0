import { sayTime } from '../../../../shared/model/span.ts';
import { z } from 'zod';
import { type Failure, OperationError } from '../../../../shared/errors/operation-error.ts';
import type { KmsKeyRead, LastUsage } from '../../cloud/answers.ts';
import type { CallContext } from '../../cloud/cloud.ts';
import type { Key } from '../../keystore/rows.ts';
import type { JobKind, StepContext, StepResult, StepSpec } from '../kind.ts';
import {
  checkAccount,
  proof,
  readingOf,
  shortId,
  stateNow,
  keyOpener,
  type OpenKey,
} from './reading.ts';
import { aliasOf } from './names.ts';
import { promised } from './promised.ts';
import type { DeedServices } from './services.ts';
import { leftoversOf, standingOf } from './standing.ts';

const disablePayload = z.strictObject({ groupId: z.uuid(), keyId: z.uuid() });
export type DisablePayload = z.output<typeof disablePayload>;

/**
 * Disables a former key some days after its rotation. A job of its own, so that it can be stopped;
 * it reads its aliases and last use again at the moment it acts.
 */
export function disableFormer(services: DeedServices): JobKind<DisablePayload> {
  const open = keyOpener(services);

  return {
    name: 'key.disable',
    payload: disablePayload,
    steps: [checkStep(services, open), disableStep(services, open)],
    orderKey: (payload) => payload.groupId,
    deedKey: (payload) => `disable:${payload.keyId}`,
    needsDesignation: false,
    commitStep: 'disable',
    standing: ({ payload, outputs }) =>
      standingOf(services, payload.groupId, payload.keyId, outputs),
    leftovers: ({ payload, stepStates }) => leftoversOf(services, payload.keyId, stepStates),
  };
}

function checkStep(services: DeedServices, open: OpenKey): StepSpec<DisablePayload> {
  return {
    name: 'check',
    title: 'Check account, aliases and last use',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: promised(services, async (context) => {
      const opened = await open(context, { checksItself: true });
      const { group, key, remote, connection } = opened;
      const seen = await checkAccount(services, connection, group, context);
      const named = await stillNamed(services, opened, context);
      if (named) return named;
      const off = offAlready(key, await stateNow(services, connection, opened, context));
      if (off) return off;
      const use = await connection.lastUsage(remote.kmsKeyId, context);
      return { type: 'done', proof: [seen.proof, proof(sayUse(use), use.requestId)] };
    }),
  };
}

/** AWS knows of a use only since it began to track the key, which may be long after it was made. */
function sayUse({ operation, usedAt, trackedSince }: LastUsage): string {
  if (usedAt !== null) return `AWS reports last use ${operation ?? ''} at ${sayTime(usedAt)}`;
  return trackedSince === null
    ? 'AWS reports no use'
    : `AWS reports no use since ${sayTime(trackedSince)}`;
}

function disableStep(services: DeedServices, open: OpenKey): StepSpec<DisablePayload> {
  return {
    name: 'disable',
    title: 'Disable KMS key',
    changes: 'aws',
    repeatable: true,
    reconcile: promised(services, async (context) => {
      const opened = await open(context);
      const { key, remote, connection } = opened;
      const read = await connection.describeKey(remote.kmsKeyId, context);
      if (read.state !== 'Disabled') return 'act';
      const alias = await aliasOf(services, opened, context);
      if (alias === null) return disabled(services, context, read, 'Found disabled in AWS');
      // it came to name the key while nobody looked: nothing may be claimed, and applications fail
      const details = { version: key.version, key: key.id, state: read.state, alias };
      return { type: 'park', error: new OperationError('KEY_NOT_ENABLED', details) };
    }),
    act: promised(services, async (context) => {
      const opened = await open(context);
      const { key, remote, connection } = opened;
      // Days may lie between looking and acting: a pause, a crash, a person.
      const named = await stillNamed(services, opened, context);
      if (named) return named;
      const before = await connection.describeKey(remote.kmsKeyId, context);
      // it may have been an earlier go of this step that nobody knows the end of
      if (before.state === 'Disabled')
        return disabled(services, context, before, 'Found disabled in AWS');
      const off = offAlready(key, before.state);
      // after a go that disabled it: what came later is another's
      if (off && context.everChanged)
        return disabled(services, context, before, `Found ${before.state} in AWS`);
      if (off) return off;
      await connection.disableKey(remote.kmsKeyId, context);
      const read = await connection.describeKey(remote.kmsKeyId, context);
      if (read.state !== 'Disabled') throw readsOtherwise('Disabled', read);
      const since = await aliasOf(services, opened, context);
      if (since !== null) return takenBack(services, opened, context, since);
      return disabled(services, context, read, 'Disabled in AWS after its rotation');
    }),
  };
}

const disabled = (
  { keys }: DeedServices,
  { payload: { keyId }, jobId }: StepContext<DisablePayload>,
  read: KmsKeyRead,
  event: string,
): StepResult => ({
  type: 'done',
  proof: [proof(`${shortId(read.keyId)} reads as ${read.state}`, read.requestId)],
  record: () => {
    keys.noteRemote(keyId, readingOf(read));
    keys.addEvent(keyId, event, jobId);
  },
});

/**
 * Why the key stays enabled: an alias names it, and applications that go by it would fail. Be it the
 * group's own, given back since; one the group had before; or one that somebody else made.
 */
async function stillNamed(
  services: DeedServices,
  opened: Awaited<ReturnType<OpenKey>>,
  context: CallContext & Partial<Pick<StepContext<DisablePayload>, 'answered' | 'everChanged'>>,
): Promise<StepResult | null> {
  const own = `alias/${opened.group.alias}`;
  const { version } = opened.key;
  const alias = await aliasOf(services, opened, context);
  if (alias === null) return null;
  // an earlier go may have enabled it, and not have heard that it did
  if (askedToEnable(context) || context.everChanged) return enabledAgain(version, alias);
  return alias === own
    ? stays({ reason: `version ${version} holds ${own} again` })
    : stays({ reason: `${alias} still names version ${version}`, alias });
}

/**
 * An alias came to name the key in the moment it was disabled, and what goes by that alias fails: what this
 * job did a moment ago it would not have done then, so it goes back at once. Where AWS refuses that, or
 * does not answer, the step is looked at again, and told.
 */
async function takenBack(
  { keys }: DeedServices,
  { key, remote, connection }: Awaited<ReturnType<OpenKey>>,
  context: StepContext<DisablePayload>,
  alias: string,
): Promise<StepResult> {
  await connection.enableKey(remote.kmsKeyId, context);
  const read = await connection.describeKey(remote.kmsKeyId, context);
  if (read.state !== 'Enabled') throw readsOtherwise('Enabled', read);
  return {
    ...enabledAgain(key.version, alias),
    record: () => {
      keys.noteRemote(key.id, readingOf(read));
      keys.addEvent(key.id, `Enabled in AWS again: ${alias} names it`, context.jobId);
    },
  };
}

/** It was disabled, and is enabled again: that nothing was changed may not be said. */
const enabledAgain = (version: number, alias: string): Extract<StepResult, { type: 'remark' }> => {
  const reason = `${alias} came to name version ${version} while it was disabled`;
  const details = { reason, alias, undone: 'disabled' };
  return { type: 'remark', error: new OperationError('NOTHING_TO_DO', details) };
};

/** A person was shown that the key is disabled and in use, and sent the job on. */
const askedToEnable = ({ answered }: { readonly answered?: Failure | null }): boolean =>
  answered?.code === 'KEY_NOT_ENABLED' && answered.details['alias'] !== undefined;

const readsOtherwise = (expected: string, { state, keyId }: KmsKeyRead): OperationError =>
  new OperationError('READ_BACK_DIFFERS', { what: 'key state', expected, found: state, keyId });

/** States in which nothing decrypts under the key; AWS refuses to disable it in the last three. */
const offStates = ['Disabled', 'PendingImport', 'PendingDeletion', 'PendingReplicaDeletion'];

/** Why there is nothing to disable: somebody has turned the key off, emptied it or lets AWS delete it. */
const offAlready = ({ version }: Key, state: string): StepResult | null =>
  offStates.includes(state) ? stays({ reason: `version ${version} is ${state} already` }) : null;

const stays = (details: Readonly<Record<string, string>>): StepResult => ({
  type: 'stop',
  error: new OperationError('NOTHING_TO_DO', details),
});
