import type { z } from 'zod';
import type { groupView } from '../../../shared/contract/group.ts';
import { lastRotationAt } from '../../../shared/model/mapping.ts';
import { addSpan, saySpan, type SpanOfTime } from '../../../shared/model/span.ts';
import { canStillImport } from '../cloud/policy/evaluate.ts';
import { parsePolicy } from '../cloud/policy/import.ts';
import type { AliasElsewhere, Group } from '../keystore/rows.ts';
import { aliasStanding, groupSentence, groupState } from '../keystore/views.ts';
import type { OpenKeystore } from './context.ts';
import { kindShown } from './group-kind.ts';
import { sayNextRotation } from '../../../shared/text/mapping.ts';
import { sayLead } from '../../../shared/text/renewal.ts';
import { counted } from '../../../shared/text/counted.ts';

export type GroupView = z.output<typeof groupView>;

/** A group as lists and windows show it. */
export function viewGroup(
  open: OpenKeystore,
  group: Group,
  needing: ReadonlySet<string>,
): GroupView {
  const credential = open.credentials.get(group.credentialId);
  const keys = open.keys.ofGroup(group.id);
  const elsewhere = open.keys.aliasElsewhere(group.id);
  const alias = aliasStanding(group, keys, elsewhere);
  const now = open.clock.now();
  const {
    account: _account,
    policy: _policy,
    materialDays,
    disableAfter,
    keySpec: _spec,
    keyUsage: _usage,
    createdAt: _at,
    ...shown
  } = group;
  return {
    ...shown,
    ...kindShown(group),
    path: open.references.groupPath(group),
    credentialName: credential.name,
    connection: credential.connection,
    account: group.account,
    hasPolicy: group.policy !== null,
    awsDeletesMaterialAfterDays: materialDays,
    disableAfterRotating: disableAfter,
    keys: keys.length,
    activeVersion: open.keys.holderOf(group.id)?.key.version ?? null,
    aliasElsewhere:
      elsewhere !== null && (alias === 'elsewhere' || alias === 'missing')
        ? viewElsewhere(open, group, elsewhere)
        : null,
    ...groupState(keys, alias, needing.has(group.id), now),
    sentence: groupSentence(group, open.hsmTitle, keys.length > 0),
    rotations: rotationsOf(open, group, now),
    remarks: remarks(group, now),
  };
}

/** The KMS key that the alias names may be one of another group here, and its copy is kept then. */
function viewElsewhere(
  open: OpenKeystore,
  { id }: Group,
  { kmsKeyId, arn, readAt }: AliasElsewhere,
): NonNullable<GroupView['aliasElsewhere']> {
  const known = kmsKeyId === null ? undefined : open.keys.byKms(kmsKeyId)[0]?.key;
  return {
    keyId: kmsKeyId,
    group: known ? open.references.groupPath(open.groups.get(known.groupId)) : null,
    adopted: arn !== null && open.groups.hasAdopted(id, arn),
    readAt,
  };
}

/** Where the group's versions share a KMS key that is in use. */
function rotationsOf(open: OpenKeystore, group: Group, now: number): GroupView['rotations'] {
  const current = open.keys.currentOf(group.id);
  if (group.mapping === 'container' || current === null) return null;
  const done = open.keys.rotationsOf(current.remote);
  const most = open.deeds.rotationLimit();
  const at = group.nextRotationAt ?? now;
  const lastAt = group.rotate
    ? lastRotationAt({ next: done + 1, most }, at, group.rotateEvery)
    : null;
  return { done, most, text: sayNextRotation(done + 1, most, lastAt) };
}

/**
 * A group shown by itself: also says when its policy would not let its credential import again, which
 * takes reading the policy and so is left out of lists.
 */
export function viewOneGroup(open: OpenKeystore, group: Group): GroupView {
  const view = viewGroup(open, group, open.jobs.groupsNeedingYou());
  return { ...view, remarks: [...view.remarks, ...policyRemarks(open, group)] };
}

function policyRemarks(open: OpenKeystore, group: Group): string[] {
  const { principalArn } = open.credentials.get(group.credentialId);
  if (group.policy === null || principalArn === null) return [];
  const { refused } = canStillImport(parsePolicy(group.policy), principalArn);
  if (refused.length === 0) return [];
  return [
    `The policy does not let ${principalArn} import again: Synchronize would be refused. It needs ${refused.join(', ')}.`,
  ];
}

/** Settings that are allowed and yet bite later, said beside the group. */
export function remarks(
  group: Pick<Group, 'materialDays' | 'keepValidFor' | 'mapping' | 'rotate' | 'rotateEvery'>,
  now: number,
): string[] {
  const lines: string[] = [];
  if (group.materialDays !== null && group.mapping === 'material') {
    lines.push(
      'The KMS key needs the material of every version: once AWS deletes one on its date, it refuses the whole KMS key, new encryption included.',
    );
  }
  if (group.materialDays !== null) {
    const deleted = now + group.materialDays * 86_400_000;
    const before = (span: SpanOfTime): boolean => deleted < addSpan(now, span);
    const first = before(group.keepValidFor)
      ? `its planned life of ${saySpan(group.keepValidFor)} ends`
      : group.rotate && before(group.rotateEvery)
        ? 'the next one takes its place'
        : null;
    if (first !== null) {
      lines.push(
        `AWS deletes the material of a key ${counted(group.materialDays, 'day')} after an import, before ${first}. Keyreeve imports it again ${sayLead(group.materialDays)} before, and has to be unlocked here for that.`,
      );
    }
  }
  return lines;
}
