import type { Tag } from '../model/records.ts';
import { KmsFailure } from '../wire/failures.ts';
import { list, required, structure } from '../wire/members.ts';
import { tagKeyMember, tagValueMember } from './fields.ts';

export const tagListMember = list(
  structure({ TagKey: required(tagKeyMember), TagValue: required(tagValueMember) }),
);

const maxTags = 50;

const tagFailure = (text: string) => new KmsFailure('TagException', text);

const isReserved = (name: string): boolean => name.toLowerCase().startsWith('aws:');

/** Letters, digits, space and some signs (CloudFormation reference, tags of a KMS key). */
const usual = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;

/** @throws TagException for duplicates, for names that AWS keeps to itself and for other signs. */
export function requireUsableTags(tags: readonly Tag[]): void {
  if (!tags.every(({ TagKey, TagValue }) => usual.test(TagKey + TagValue))) {
    throw tagFailure('Tags may hold letters, digits, spaces and + - = . _ : / @');
  }
  if (tags.some((tag) => isReserved(tag.TagKey))) {
    throw tagFailure('Tags beginning with aws: are reserved');
  }
  if (new Set(tags.map((tag) => tag.TagKey)).size !== tags.length) {
    throw tagFailure('Duplicate tag keys');
  }
  if (tags.length > maxTags) throw tagFailure('Too many tags');
}

/** Adds tags at the end and edits known ones in place. @throws TagException above 50. */
export function mergeTags(present: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const values = new Map(present.map((tag) => [tag.TagKey, tag.TagValue]));
  for (const tag of added) values.set(tag.TagKey, tag.TagValue);
  if (values.size > maxTags) throw tagFailure('Too many tags');
  return [...values].map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}
