import {
  CancelKeyDeletionCommand,
  DeleteAliasCommand,
  DisableKeyCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-kms';
import type { HeldKey } from '../support/outside-aws.ts';
import type { OutsideDeed } from './deeds.ts';
import type { Happening } from './happenings.ts';
import { pick } from './pick.ts';
import type { Mischief, Walk } from './walk.ts';

const struck = [
  'CreateKey',
  'GetParametersForImport',
  'ImportKeyMaterial',
  'UpdateAlias',
  'CreateAlias',
  'DescribeKey',
  'RotateKeyOnDemand',
  'PutKeyPolicy',
  'DeleteImportedKeyMaterial',
  'DisableKey',
  'EnableKey',
  'ScheduleKeyDeletion',
  'ListAliases',
  '*',
] as const;
const faults = [
  'dropBeforeEffect',
  'loseResponseAfterEffect',
  'resetAfterEffect',
  'cutReply',
  'deliverTwice',
  'throttle',
  'http500',
  'http503',
  'expiredCredentials',
  'hangAfterEffect',
  'hangBeforeEffect',
] as const;

function mischiefOf(a: number, b: number, c: number): Mischief {
  if (a < 0.1) {
    const late = 2 + Math.floor(b * 4);
    const eventualConsistency = {
      aliasesSeconds: late,
      keysSeconds: late,
      statesSeconds: late,
      tagsSeconds: late,
    };
    return { eventualConsistency };
  }
  if (a < 0.15) return { expireTokens: true };
  if (a < 0.2) return { swapWrappingKey: true };
  const strikes = c < 0.6 ? 1 + Math.floor(c * 5) : { odds: c / 2 };
  const fault = pick(faults, (a - 0.2) / 0.8);
  return { seed: Math.floor(c * 1e6), operations: { [pick(struck, b)]: { [fault]: strikes } } };
}

/** A policy that lets its account do everything, under one of nine names. */
export const policyOf = (c: number): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: `Root${Math.floor(c * 9)}`,
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::123456789012:root' },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

/** What somebody else does to one of the keys that AWS holds. */
const toKey =
  (work: (walk: Walk, key: HeldKey) => Promise<unknown>): Happening =>
  async (walk, { a }) => {
    const { keys } = await walk.aws.held();
    const key = pick(keys, a);
    await work(walk, key);
    return key.metadata.KeyId;
  };

/** What happens to the product without its custodian: in AWS, on the line, on this computer. */
export const outsideDeeds: Readonly<Record<OutsideDeed, Happening>> = {
  'kill-core': async (walk) => {
    await walk.killCore();
    return null;
  },
  'kill-bridge': async (walk) => {
    walk.killBridge();
    return null;
  },
  'second-core': (walk) => walk.secondCore(),
  'pass-time': async (walk, { a }) => {
    const days = pick([1, 8, 35, 70, 380], a);
    // The practice KMS takes signatures of two years ahead.
    if (walk.daysPassed + days > 700) return 'too far';
    await walk.passDays(days, false);
    return `${days} days`;
  },
  'core-clock': async (walk, { a }) => {
    const days = pick([0, -365, 365, -1, 2], a);
    await walk.passDays(days, true);
    return `${days} days off`;
  },
  mischief: async (walk, { a, b, c }) => {
    const mischief = mischiefOf(a, b, c);
    await walk.misbehave(mischief);
    return JSON.stringify(mischief);
  },
  calm: async (walk) => {
    await walk.calm();
    return null;
  },
  deny: async (walk, { a, b, c }) => {
    const action = `kms:${pick([...struck.slice(0, 8), 'TagResource', 'ListKeyRotations'], a)}`;
    await walk.aws.deny([action], b < 0.5 ? 1 + Math.floor(c * 3) : undefined);
    return action;
  },
  'their-alias': async (walk, { a, b, c }) => {
    const group = pick(await walk.groups(), b);
    const { keys } = await walk.aws.held();
    const to = c < 0.5 ? await walk.aws.makeKey() : pick(keys, a).metadata.KeyId;
    await walk.aws.pointAlias(`alias/${group.alias}`, to);
    return `alias/${group.alias} to ${to}`;
  },
  'their-alias-delete': async (walk, { b }) => {
    const { name } = pick((await walk.aws.held()).aliases, b);
    await walk.aws.kms().send(new DeleteAliasCommand({ AliasName: name }));
    return name;
  },
  'their-disable': toKey(({ aws }, { metadata: { KeyId } }) =>
    aws.kms().send(new DisableKeyCommand({ KeyId })),
  ),
  'their-schedule': toKey(({ aws }, { metadata: { KeyId } }) =>
    aws.kms().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 30 })),
  ),
  'their-cancel': async ({ aws }) => {
    const { keys } = await aws.held();
    const off = keys.filter(({ metadata }) => metadata.KeyState === 'PendingDeletion');
    for (const { metadata } of off)
      await aws.kms().send(new CancelKeyDeletionCommand({ KeyId: metadata.KeyId }));
    return `${off.length} keys`;
  },
  'their-material-delete': toKey(({ aws }, { metadata }) => aws.deleteMaterial(metadata.KeyId)),
  'their-rotation': toKey(async ({ aws, theirs }, { metadata: { KeyId } }) => {
    theirs.add(await aws.importFurther(KeyId));
    await aws.kms().send(new RotateKeyOnDemandCommand({ KeyId }));
  }),
  'their-policy': async (walk, { a, b, c }) =>
    toKey(({ aws }, { metadata }) => aws.putPolicy(metadata.KeyId, policyOf(c)))(walk, { a, b, c }),
  'their-untag': toKey(({ aws }, { metadata: { KeyId }, tags }) => {
    const TagKeys = (tags as { TagKey: string }[]).map(({ TagKey }) => TagKey);
    return aws.kms().send(new UntagResourceCommand({ KeyId, TagKeys }));
  }),
};
