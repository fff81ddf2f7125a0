import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GetKeyLastUsageCommand,
  GetPublicKeyCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { msOf } from '../../kernel/node-dates.ts';
import type {
  CreatedKey,
  KmsKeyRead,
  LastUsage,
  ListedKey,
  PublicKeyRead,
  Read,
  Tag,
} from '../answers.ts';
import type { CallContext, NewKey } from '../cloud.ts';
import { checkMarker, markedDescription, markerTag } from '../marker.ts';
import { keyFrom } from './key-shape.ts';
import { allPages, type Link, must, nextOf } from './link.ts';

const nothing = (): object => ({});

export function describeKey(link: Link, keyId: string, context?: CallContext): Promise<KmsKeyRead> {
  return link.read(
    'DescribeKey',
    { parameters: { KeyId: keyId }, keyId },
    (options) => link.kms.send(new DescribeKeyCommand({ KeyId: keyId }), options),
    (reply) => keyFrom(reply.KeyMetadata),
    context,
  );
}

/** Every KMS key of account and Region, in AWS's order. */
export async function listKeys(
  link: Link,
  context?: CallContext,
): Promise<Read & { readonly keys: readonly ListedKey[] }> {
  const { items, ...read } = await allPages((marker) =>
    link.read(
      'ListKeys',
      { parameters: { Limit: 1000 } },
      (options) =>
        link.kms.send(
          new ListKeysCommand({ Limit: 1000, ...(marker === undefined ? {} : { Marker: marker }) }),
          options,
        ),
      (reply) => ({
        items: (reply.Keys ?? []).map((key) => ({
          keyId: must(key.KeyId, 'KeyId'),
          arn: must(key.KeyArn, 'KeyArn'),
        })),
        next: nextOf(reply),
      }),
      context,
    ),
  );
  return { keys: items, ...read };
}

/** Import parameters are the narrow place: a key is made when its turn there is at most this near (ms). */
const lead = 5_000;

export async function createExternalKey(
  link: Link,
  key: NewKey,
  context: CallContext = {},
): Promise<CreatedKey> {
  checkMarker(key.marker);
  const kept = link.pacer.reserve(link.place('GetParametersForImport'));
  try {
    await kept.near(lead, context.signal);
    const created = await createTagged(link, key, context);
    const now = link.ports.clock.now();
    link.fresh.add(created.keyId, now, now);
    link.fresh.keepPlace(created.keyId, kept.ticket);
    return created;
  } catch (cause) {
    kept.release();
    throw cause;
  }
}

/** A credential that may not tag still makes the key: the description carries the marker alone. */
async function createTagged(link: Link, key: NewKey, context: CallContext): Promise<CreatedKey> {
  const tags = [...key.tags, { key: markerTag, value: key.marker }];
  try {
    return { ...(await create(link, key, tags, context)), tagged: true };
  } catch (cause) {
    const mayNotTag =
      cause instanceof OperationError &&
      cause.code === 'AWS_ACCESS_DENIED' &&
      cause.details['permission'] === 'kms:TagResource';
    if (!mayNotTag) throw cause;
    return { ...(await create(link, key, [], context)), tagged: false };
  }
}

function create(
  link: Link,
  key: NewKey,
  tags: readonly Tag[],
  context: CallContext,
): Promise<KmsKeyRead> {
  const description = markedDescription(key.description, key.marker);
  return link.change(
    'CreateKey',
    {
      parameters: {
        Origin: 'EXTERNAL',
        KeySpec: key.spec,
        KeyUsage: key.usage,
        Description: description,
        Policy: key.policy,
        Tags: tags.map((tag) => `${tag.key}=${tag.value}`),
      },
    },
    (options) =>
      link.kms.send(
        new CreateKeyCommand({
          Origin: 'EXTERNAL',
          KeySpec: key.spec,
          KeyUsage: key.usage,
          Description: description,
          ...(key.policy === null ? {} : { Policy: key.policy }),
          ...(tags.length === 0
            ? {}
            : { Tags: tags.map((tag) => ({ TagKey: tag.key, TagValue: tag.value })) }),
        }),
        options,
      ),
    (reply) => keyFrom(reply.KeyMetadata),
    context,
  );
}

export function enableKey(link: Link, keyId: string, context?: CallContext): Promise<Read> {
  return link.change(
    'EnableKey',
    { parameters: { KeyId: keyId }, keyId },
    (options) => link.kms.send(new EnableKeyCommand({ KeyId: keyId }), options),
    nothing,
    context,
  );
}

export function disableKey(link: Link, keyId: string, context?: CallContext): Promise<Read> {
  return link.change(
    'DisableKey',
    { parameters: { KeyId: keyId }, keyId },
    (options) => link.kms.send(new DisableKeyCommand({ KeyId: keyId }), options),
    nothing,
    context,
  );
}

/** AWS allows a wait of 7 to 30 days. */
export async function scheduleDeletion(
  link: Link,
  keyId: string,
  days: number,
  context?: CallContext,
): Promise<Read & { readonly deletionAt: number | null }> {
  if (!Number.isInteger(days) || days < 7 || days > 30) {
    throw new OperationError('BAD_INPUT', { field: 'days', problem: 'between 7 and 30 days' });
  }
  try {
    return await link.change(
      'ScheduleKeyDeletion',
      { parameters: { KeyId: keyId, PendingWindowInDays: days }, keyId },
      (options) =>
        link.kms.send(
          new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: days }),
          options,
        ),
      (reply) => ({ deletionAt: msOf(reply.DeletionDate) }),
      context,
    );
  } catch (cause) {
    if (!(cause instanceof OperationError) || cause.code !== 'AWS_KEY_STATE') throw cause;
    const now = await describeKey(link, keyId, context);
    if (now.state !== 'PendingDeletion') throw cause;
    return { deletionAt: now.deletionAt, requestId: now.requestId, readAt: now.readAt };
  }
}

export function cancelDeletion(link: Link, keyId: string, context?: CallContext): Promise<Read> {
  return link.change(
    'CancelKeyDeletion',
    { parameters: { KeyId: keyId }, keyId },
    (options) => link.kms.send(new CancelKeyDeletionCommand({ KeyId: keyId }), options),
    nothing,
    context,
  );
}

export function lastUsage(link: Link, keyId: string, context?: CallContext): Promise<LastUsage> {
  return link.read(
    'GetKeyLastUsage',
    { parameters: { KeyId: keyId }, keyId },
    (options) => link.kms.send(new GetKeyLastUsageCommand({ KeyId: keyId }), options),
    (reply) => ({
      operation: reply.KeyLastUsage?.Operation ?? null,
      usedAt: msOf(reply.KeyLastUsage?.Timestamp),
      trackedSince: msOf(reply.TrackingStartDate),
    }),
    context,
  );
}

export function publicKey(
  link: Link,
  keyId: string,
  context?: CallContext,
): Promise<PublicKeyRead> {
  return link.read(
    'GetPublicKey',
    { parameters: { KeyId: keyId }, keyId },
    (options) => link.kms.send(new GetPublicKeyCommand({ KeyId: keyId }), options),
    (reply) => ({ publicKey: must(reply.PublicKey, 'PublicKey') }),
    context,
  );
}

/** @throws OperationError READ_BACK_DIFFERS when what comes back is not what went in */
export async function tryKey(
  link: Link,
  keyId: string,
  context?: CallContext,
): Promise<Read & { readonly materialId: string | null }> {
  const sample = link.ports.random(32);
  const { ciphertext } = await link.read(
    'Encrypt',
    { parameters: { KeyId: keyId, Plaintext: { bytes: sample.length } }, keyId },
    (options) => link.kms.send(new EncryptCommand({ KeyId: keyId, Plaintext: sample }), options),
    (reply) => ({ ciphertext: must(reply.CiphertextBlob, 'CiphertextBlob') }),
    context,
  );
  const { plaintext, ...read } = await link.read(
    'Decrypt',
    { parameters: { KeyId: keyId, CiphertextBlob: { bytes: ciphertext.length } }, keyId },
    (options) =>
      link.kms.send(new DecryptCommand({ KeyId: keyId, CiphertextBlob: ciphertext }), options),
    (reply) => ({
      plaintext: must(reply.Plaintext, 'Plaintext'),
      materialId: reply.KeyMaterialId ?? null,
    }),
    context,
  );
  if (sample.equals(plaintext)) return read;
  throw new OperationError('READ_BACK_DIFFERS', { operation: 'Decrypt', keyId });
}
