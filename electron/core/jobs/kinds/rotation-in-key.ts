import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { addSpan } from '../../../../shared/model/span.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { Group, Key, RemoteKey } from '../../keystore/rows.ts';
import type { StepResult, StepSpec } from '../kind.ts';
import { sendAgain } from './import-steps.ts';
import { isThere, isWaiting, type KeySeen, readKey } from './read-key.ts';
import {
  aliasReadsOtherwise,
  heldElsewhere,
  pointAlias,
  proof,
  readHolder,
  shortId,
} from './reading.ts';
import {
  type ForceRotatePayload,
  type GenerateOutput,
  type Opened,
  outputOf,
  type RotationContext as Context,
} from './rotation.ts';
import type { DeedServices } from './services.ts';
import { pendingElsewhere, rotationsIn, stateObstacle } from './shared-rotation.ts';

/** While AWS rotates it is asked again after this long (ms); it takes about a minute. */
const lookAgain = 3_000;
/** A rotation that AWS has begun and not finished for this long (ms) is left to a person. */
const patience = 30 * 60_000;

interface InKey {
  readonly group: Group;
  readonly connection: CloudConnection;
  readonly key: Key;
  readonly remote: RemoteKey;
}

async function inKey(services: DeedServices, open: Opened, context: Context): Promise<InKey> {
  const { group, connection } = await open(context);
  const { keyId } = outputOf<GenerateOutput>(context, 'generate');
  const { key, remote } = services.keys.get(keyId);
  if (!remote) throw new OperationError('KEY_NOT_IN_AWS', { version: key.version });
  return { group, connection, key, remote };
}

/**
 * Tells AWS to encrypt under the material that waits. Each one counts towards AWS's limit, so it is
 * looked whether it is under way or done before it is asked for, and again after an answer was lost.
 */
export function activateStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
  return {
    name: 'rotate',
    title: 'Rotate KMS key on demand',
    changes: 'aws',
    repeatable: false,
    act: async (context) => {
      const opened = await inKey(services, open, context);
      const seen = await readKey(services, opened.connection, opened, context);
      const begun = await begunAlready(opened, seen, context);
      if (begun) return begun;
      const again = sendAgain(services, context, isThere(seen.own) ? 'Enabled' : 'PendingImport');
      if (again) return again;
      requireWaiting(opened, seen);
      return ask(services, opened, seen, context);
    },
    reconcile: async (context) => {
      const opened = await inKey(services, open, context);
      const seen = await readKey(services, opened.connection, opened, context);
      const begun = await begunAlready(opened, seen, context);
      if (begun) return begun;
      return stillLooking(services, context) ?? 'act';
    },
  };
}

/** AWS may show late what it was told: it is looked at once more. Null: it was looked at for long enough. */
function stillLooking(
  { clock, orphanSearch }: DeedServices,
  { actedFor }: Context,
): StepResult | null {
  const left = orphanSearch - actedFor;
  if (left <= 0) return null;
  const until = clock.now() + Math.min(left, Math.max(500, orphanSearch / 10));
  return { type: 'later', until, why: 'looking whether AWS has begun to rotate the KMS key' };
}

/** Done where AWS is at it, or through with it; null: it was not told to. */
async function begunAlready(
  { connection, key, remote }: InKey,
  { own, read }: KeySeen,
  context: Context,
): Promise<StepResult | null> {
  const named = `the material of version ${key.version}`;
  if (own && !isWaiting(own)) {
    return { type: 'done', proof: [proof(`AWS has rotated to ${named}`, read.requestId)] };
  }
  const status = await connection.rotationStatus(remote.kmsKeyId, context);
  if (own === null || status.onDemandSince === null) return null;
  return { type: 'done', proof: [proof(`AWS is rotating to ${named}`, status.requestId)] };
}

/** @throws OperationError READ_BACK_DIFFERS where our material does not wait there any more */
function requireWaiting({ remote }: InKey, { own, materials }: KeySeen): void {
  if (own !== null && isThere(own)) return;
  const other = materials?.find(isWaiting)?.materialId;
  throw new OperationError('READ_BACK_DIFFERS', {
    what: 'material that waits for rotation',
    expected: remote.materialId,
    found: other ?? 'none',
    keyId: remote.kmsKeyId,
  });
}

/** Somebody has rotated the KMS key since the check: this version is not what comes next. Null: nobody has. */
function rotatedMeanwhile(
  context: Context,
  { currentMaterialId, keyId }: KeySeen['read'],
): OperationError | null {
  const { current: expected } = outputOf<{ readonly current: string | null }>(context, 'check');
  if (expected === null || currentMaterialId === expected) return null;
  const details = { what: 'current key material', expected, found: currentMaterialId, keyId };
  return new OperationError('READ_BACK_DIFFERS', details);
}

async function ask(
  services: DeedServices,
  { group, connection, key, remote }: InKey,
  seen: KeySeen,
  context: Context,
): Promise<StepResult> {
  const { materials, read } = seen;
  const limited = new OperationError('ROTATION_LIMIT', {
    group: group.name,
    version: key.version,
  });
  const park = (error: OperationError): StepResult => ({ type: 'park', error });
  if (rotationsIn(materials ?? []) >= services.rotationLimit()) return park(limited);
  const other = (materials ?? []).find(
    (material) => isWaiting(material) && material.materialId !== remote.materialId,
  );
  // the call takes what waits, whosever it is
  if (other) return park(pendingElsewhere(group, other.materialId));
  const moved = rotatedMeanwhile(context, read);
  if (moved) return park(moved);
  const refused = stateObstacle(seen, services.keys.ofGroup(group.id), key);
  if (refused) return park(refused);
  try {
    const { requestId } = await connection.rotateOnDemand(remote.kmsKeyId, context);
    const said = `${shortId(remote.kmsKeyId)}: AWS rotates to the material of version ${key.version}`;
    return { type: 'done', proof: [proof(said, requestId)] };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    if (error.code === 'AWS_LIMIT') return park(limited);
    if (error.external?.name !== 'ConflictException') throw error;
    const until = services.clock.now() + lookAgain;
    return { type: 'later', until, why: 'AWS is at another rotation of this KMS key' };
  }
}

/** Waits until AWS says twice that it encrypts under the new material: only then is its version active. */
export function currentStep(services: DeedServices, open: Opened): StepSpec<ForceRotatePayload> {
  const { groups, keys, clock } = services;
  return {
    name: 'current',
    title: 'Wait until AWS encrypts under it',
    changes: 'nothing',
    repeatable: true,
    reconcile: async () => 'act',
    act: async (context) => {
      const opened = await inKey(services, open, context);
      const { group, key, remote } = opened;
      const seen = await readKey(services, opened.connection, opened, context);
      const { read, own } = seen;
      if (read.currentMaterialId !== remote.materialId || own?.state !== 'CURRENT') {
        const refused = stateObstacle(seen, keys.ofGroup(group.id), key);
        if (refused) return { type: 'park', error: refused };
        if (own !== null && context.openFor < patience) {
          const until = clock.now() + lookAgain;
          return { type: 'later', until, why: 'AWS is rotating the KMS key' };
        }
        throw new OperationError('READ_BACK_DIFFERS', {
          what: 'key material',
          expected: remote.materialId,
          found: read.currentMaterialId,
          keyId: remote.kmsKeyId,
        });
      }
      return {
        type: 'done',
        output: { materialId: remote.materialId },
        proof: [
          proof(
            `${sayCurrent(key.version, read.state)}, material ${shortId(own.materialId)}; key ID and ARN are as before`,
            read.requestId,
          ),
        ],
        record: () => {
          seen.note();
          keys.addEvent(key.id, `Rotated to within ${remote.kmsKeyId}`, context.jobId);
          // as it is now: its schedule may have been edited while AWS was asked
          const { rotate, rotateEvery } = groups.get(group.id);
          groups.edit(group.id, {
            nextRotationAt: rotate ? addSpan(clock.now(), rotateEvery) : null,
          });
        },
      };
    },
  };
}

const sayCurrent = (version: number, state: string): string =>
  state === 'Enabled'
    ? `AWS encrypts under version ${version}`
    : `Version ${version} is the current one of a KMS key that is ${state}`;

/** The alias names the KMS key already, but for a group that was given another alias, or lost it. */
export function sameKeyAliasStep(
  services: DeedServices,
  open: Opened,
): StepSpec<ForceRotatePayload> {
  return {
    name: 'alias',
    title: 'Read alias back',
    changes: 'aws',
    repeatable: true,
    act: async (context) => {
      const { group, connection, remote } = await inKey(services, open, context);
      const before = await readHolder(services, connection, group, context);
      if (!before.mayMove) return { type: 'park', error: heldElsewhere(group, before) };
      await pointAlias(connection, group, before, remote.kmsKeyId, context);
      const unmoved = before.kmsKeyId === remote.kmsKeyId;
      const settled = unmoved
        ? named(services, { group, remote }, context, before)
        : await settle(services, open, context);
      if (settled) return settled;
      throw aliasReadsOtherwise(remote.kmsKeyId);
    },
    reconcile: async (context) => (await settle(services, open, context)) ?? 'act',
  };
}

async function settle(
  services: DeedServices,
  open: Opened,
  context: Context,
): Promise<StepResult | null> {
  const { group, connection, remote } = await inKey(services, open, context);
  const holder = await readHolder(services, connection, group, context);
  if (holder.kmsKeyId !== remote.kmsKeyId) return null;
  return named(services, { group, remote }, context, holder);
}

function named(
  { groups, keys }: DeedServices,
  { group, remote }: Pick<InKey, 'group' | 'remote'>,
  context: Context,
  holder: { readonly readAt: number; readonly requestId: string | null },
): StepResult {
  const { keyId } = outputOf<GenerateOutput>(context, 'generate');
  const alias = `alias/${group.alias}`;
  return {
    type: 'done',
    proof: [proof(`${alias} names ${shortId(remote.kmsKeyId)}`, holder.requestId)],
    record: () => {
      keys.moveAlias(group.id, group.region, alias, keyId, holder.readAt);
      groups.edit(group.id, { activeKeyId: remote.kmsKeyId });
    },
  };
}
