import {
  GetKeyPolicyCommand,
  type GrantListEntry,
  ListGrantsCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kms';
import { msOf } from '../../kernel/node-dates.ts';
import type { Grant, Read, Tag } from '../answers.ts';
import type { CallContext } from '../cloud.ts';
import { allPages, type Link, must, nextOf } from './link.ts';

/** The only name AWS gives a key policy. */
const PolicyName = 'default';
const nothing = (): object => ({});

/** The policy document as AWS keeps it, to the letter. */
export function getPolicy(
  link: Link,
  keyId: string,
  context?: CallContext,
): Promise<Read & { readonly policy: string }> {
  return link.read(
    'GetKeyPolicy',
    { parameters: { KeyId: keyId }, keyId },
    (options) => link.kms.send(new GetKeyPolicyCommand({ KeyId: keyId, PolicyName }), options),
    (reply) => ({ policy: must(reply.Policy, 'Policy') }),
    context,
  );
}

/** AWS's own check against locking the caller out stays on. */
export function putPolicy(
  link: Link,
  keyId: string,
  policy: string,
  context?: CallContext,
): Promise<Read> {
  return link.change(
    'PutKeyPolicy',
    { parameters: { KeyId: keyId, Policy: policy }, keyId },
    (options) =>
      link.kms.send(new PutKeyPolicyCommand({ KeyId: keyId, PolicyName, Policy: policy }), options),
    nothing,
    context,
  );
}

export async function listGrants(
  link: Link,
  keyId: string,
  context?: CallContext,
): Promise<Read & { readonly grants: readonly Grant[] }> {
  const { items, ...read } = await allPages((marker) =>
    link.read(
      'ListGrants',
      { parameters: { KeyId: keyId }, keyId },
      (options) =>
        link.kms.send(
          new ListGrantsCommand({
            KeyId: keyId,
            Limit: 100,
            ...(marker === undefined ? {} : { Marker: marker }),
          }),
          options,
        ),
      (reply) => ({ items: (reply.Grants ?? []).map(grantFrom), next: nextOf(reply) }),
      context,
    ),
  );
  return { grants: items, ...read };
}

const grantFrom = (entry: GrantListEntry): Grant => ({
  grantId: must(entry.GrantId, 'GrantId'),
  name: entry.Name ?? '',
  grantee: entry.GranteePrincipal ?? '',
  retiring: entry.RetiringPrincipal ?? null,
  operations: entry.Operations ?? [],
  createdAt: msOf(entry.CreationDate),
});

export async function listTags(
  link: Link,
  keyId: string,
  context?: CallContext,
): Promise<Read & { readonly tags: readonly Tag[] }> {
  const { items, ...read } = await allPages((marker) =>
    link.read(
      'ListResourceTags',
      { parameters: { KeyId: keyId }, keyId },
      (options) =>
        link.kms.send(
          new ListResourceTagsCommand({
            KeyId: keyId,
            Limit: 50,
            ...(marker === undefined ? {} : { Marker: marker }),
          }),
          options,
        ),
      (reply) => ({
        items: (reply.Tags ?? []).map((tag) => ({
          key: must(tag.TagKey, 'TagKey'),
          value: tag.TagValue ?? '',
        })),
        next: nextOf(reply),
      }),
      context,
    ),
  );
  return { tags: items, ...read };
}

export function tag(
  link: Link,
  keyId: string,
  tags: readonly Tag[],
  context?: CallContext,
): Promise<Read> {
  return link.change(
    'TagResource',
    { parameters: { KeyId: keyId, Tags: tags.map((each) => `${each.key}=${each.value}`) }, keyId },
    (options) =>
      link.kms.send(
        new TagResourceCommand({
          KeyId: keyId,
          Tags: tags.map((each) => ({ TagKey: each.key, TagValue: each.value })),
        }),
        options,
      ),
    nothing,
    context,
  );
}
