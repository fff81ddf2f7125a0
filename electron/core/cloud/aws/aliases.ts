import {
  type AliasListEntry,
  CreateAliasCommand,
  DescribeKeyCommand,
  ListAliasesCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Alias, AliasTarget, Read } from '../answers.ts';
import type { CallContext } from '../cloud.ts';
import { keyFrom } from './key-shape.ts';
import { allPages, type Link, must, nextOf } from './link.ts';

const prefix = 'alias/';
const nothing = (): object => ({});

/** @throws OperationError BAD_INPUT for a name that cannot be a group's alias */
function fullAlias(name: string): string {
  const full = name.startsWith(prefix) ? name : `${prefix}${name}`;
  if (!/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(full) || full.startsWith('alias/aws/')) {
    throw new OperationError('BAD_INPUT', {
      field: 'alias',
      problem: 'letters, digits, / _ and - only, not under aws/',
    });
  }
  return full;
}

/**
 * Asks for the key by its alias, as applications do: one call whatever the number of aliases. Where
 * the key's policy does not let this credential look, the list of aliases tells the id.
 */
export async function aliasTarget(
  link: Link,
  name: string,
  context?: CallContext,
): Promise<AliasTarget> {
  const alias = fullAlias(name);
  try {
    const { key, ...read } = await link.read(
      'DescribeKey',
      { parameters: { KeyId: alias } },
      (options) => link.kms.send(new DescribeKeyCommand({ KeyId: alias }), options),
      (reply) => ({ key: keyFrom(reply.KeyMetadata) }),
      context,
    );
    return { keyId: key.keyId, key, ...read };
  } catch (cause) {
    if (!(cause instanceof OperationError)) throw cause;
    if (cause.code === 'AWS_KEY_GONE') {
      const requestId = cause.external?.requestId ?? null;
      return { keyId: null, key: null, requestId, readAt: link.ports.clock.now() };
    }
    if (cause.code !== 'AWS_ACCESS_DENIED') throw cause;
    const { aliases, ...read } = await listAliases(link, null, context);
    const found = aliases.find((each) => each.name === alias);
    return { keyId: found?.keyId ?? null, key: null, ...read };
  }
}

/** Aliases of one KMS key, or with null all of account and Region, in AWS's order. */
export async function listAliases(
  link: Link,
  keyId: string | null,
  context?: CallContext,
): Promise<Read & { readonly aliases: readonly Alias[] }> {
  const which = keyId === null ? {} : { KeyId: keyId };
  const { items, ...read } = await allPages((marker) =>
    link.read(
      'ListAliases',
      { parameters: which, ...(keyId === null ? {} : { keyId }) },
      (options) =>
        link.kms.send(
          new ListAliasesCommand({
            ...which,
            Limit: 100,
            ...(marker === undefined ? {} : { Marker: marker }),
          }),
          options,
        ),
      (reply) => ({ items: (reply.Aliases ?? []).map(aliasFrom), next: nextOf(reply) }),
      context,
    ),
  );
  return { aliases: items, ...read };
}

const aliasFrom = (entry: AliasListEntry): Alias => ({
  name: must(entry.AliasName, 'AliasName'),
  arn: entry.AliasArn ?? '',
  keyId: entry.TargetKeyId ?? null,
});

/** An alias that is there already is fine when it names this very key (an answer may have been lost). */
export async function createAlias(
  link: Link,
  name: string,
  keyId: string,
  context?: CallContext,
): Promise<Read> {
  const alias = fullAlias(name);
  try {
    return await link.change(
      'CreateAlias',
      { parameters: { AliasName: alias, TargetKeyId: keyId }, keyId },
      (options) =>
        link.kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: keyId }), options),
      nothing,
      context,
    );
  } catch (cause) {
    if (!(cause instanceof OperationError) || cause.code !== 'ALIAS_HELD_ELSEWHERE') throw cause;
    const holder = await aliasTarget(link, alias, context);
    if (holder.keyId !== null && holder.keyId === keyId) {
      return { requestId: holder.requestId, readAt: holder.readAt };
    }
    throw new OperationError(
      'ALIAS_HELD_ELSEWHERE',
      { ...cause.details, alias, holder: holder.keyId },
      { ...(cause.external ? { external: cause.external } : {}), cause },
    );
  }
}

export async function updateAlias(
  link: Link,
  name: string,
  keyId: string,
  context?: CallContext,
): Promise<Read> {
  const alias = fullAlias(name);
  return await link.change(
    'UpdateAlias',
    { parameters: { AliasName: alias, TargetKeyId: keyId }, keyId },
    (options) =>
      link.kms.send(new UpdateAliasCommand({ AliasName: alias, TargetKeyId: keyId }), options),
    nothing,
    context,
  );
}
