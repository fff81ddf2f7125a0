import { isAsymmetric } from '../../../../shared/model/key-kinds.ts';
import { sayMinute } from '../../../../shared/model/span.ts';
import { counted } from '../../../../shared/text/counted.ts';
import type { Grant, KmsKeyRead } from '../../cloud/answers.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import { markerIn } from '../../cloud/marker.ts';
import type { Group } from '../../keystore/rows.ts';
import {
  type Checks,
  type Draft,
  granteesOf,
  type Looked,
  quote,
  read,
  sayTemplate,
  unlessRefused,
  worksOfGroup,
  write,
} from './plan.ts';
import { shortId } from './reading.ts';
import { takenElsewhere } from './rotation.ts';
import type { DeedServices } from './services.ts';
import { requireTakeable, requireWaiting } from './waiting-key.ts';

/** The KMS key that the template names. */
export interface ChosenKey {
  readonly id: string;
  /** It has, or had, material: it is taken over. */
  readonly filled: boolean;
  /** What goes on with one that is taken over. */
  readonly taken: TakenKey | null;
}

interface TakenKey {
  /** It has material now, which keeps the date that AWS has for it. */
  readonly present: boolean;
  /** When AWS deletes that (wall clock ms); null: never. */
  readonly validTo: number | null;
  /** What Keyreeve writes into the description of the keys that it makes. */
  readonly marker: string | null;
  /** What names it, but for the alias of the group; null: not readable. */
  readonly aliases: readonly string[] | null;
  readonly grants: readonly Grant[] | null;
  /** Other groups that may move their alias from it. */
  readonly adopters: readonly Group[];
}

/** Looks at it; `takesFilled`: it may have material, which is to be that of the key that comes in. */
export async function chosenKey(
  services: DeedServices,
  group: Group,
  checks: Checks,
  looked: Looked,
  takesFilled: boolean,
): Promise<ChosenKey | null> {
  const id = group.activeKeyId;
  if (id === null || !looked.connection) return null;
  const known = services.keys.byKms(id);
  if (known.length > 0) {
    const ours = known.some(({ key }) => key.groupId === group.id);
    if (!ours && takesFilled)
      checks.fail(takenElsewhere(group, id), `${activeKey(id)} is another group’s`);
    return null;
  }
  const { connection } = looked;
  const unusable = `${activeKey(id)} is no key that waits for material`;
  if (!takesFilled) {
    const waiting = { id, filled: false, taken: null };
    const look = () => requireWaiting(connection, group, id).then(() => waiting);
    return checks.look(`${activeKey(id)} waits for its material`, look, {
      ACTIVE_KEY_UNUSABLE: unusable,
    });
  }
  return checks.look(
    `${activeKey(id)} waits for material, or has one that can be held against this key`,
    async () => {
      const { filled, read: found } = await requireTakeable(connection, group, id);
      return {
        id,
        filled,
        taken: filled ? await takenKey(services, connection, group, found) : null,
      };
    },
    { ACTIVE_KEY_UNUSABLE: `${unusable}, nor one that can be taken over` },
  );
}

async function takenKey(
  { groups }: Pick<DeedServices, 'groups'>,
  connection: CloudConnection,
  group: Group,
  { keyId, arn, state, validTo, description }: KmsKeyRead,
): Promise<TakenKey> {
  const aliases = await unlessRefused(async () => (await connection.listAliases(keyId)).aliases);
  const present = state !== 'PendingImport';
  return {
    present,
    validTo: present ? validTo : null,
    marker: markerIn(description),
    aliases:
      aliases
        ?.map(({ name }) => name)
        .filter((name) => name !== `alias/${group.alias}`)
        .toSorted() ?? null,
    grants: await unlessRefused(async () => (await connection.listGrants(keyId)).grants),
    adopters: groups
      .adopters(arn)
      .flatMap((id) => (id === group.id ? [] : (groups.byId(id) ?? []))),
  };
}

const activeKey = (id: string): string => `Active Key ID ${shortId(id)}`;

/** What becomes of it, or that there is none. */
export function kmsKeyLine(chosen: ChosenKey | null): string {
  if (chosen === null) return 'New KMS key with a new key ID and ARN';
  return chosen.filled
    ? `KMS key ${chosen.id} is taken over, with its key ID, ARN and what is encrypted under it, once AWS has taken this key as the material it has`
    : `The waiting KMS key ${chosen.id} receives its material`;
}

/** When AWS deletes the material of a KMS key that is taken over; null: that is not kept. */
export function keptDate(chosen: ChosenKey | null): string | null {
  if (!chosen?.taken?.present) return null;
  const { validTo } = chosen.taken;
  return validTo === null
    ? 'AWS deletes its material on no date, and that stays so'
    : `AWS deletes its material on ${sayMinute(validTo)}, and that date stays`;
}

/** What a KMS key that is taken over goes on with. */
export function takenStayLines(group: Group, chosen: ChosenKey | null, holds: boolean): string[] {
  if (!chosen?.taken) return [];
  const { id, taken } = chosen;
  const named = `KMS key ${shortId(id)}`;
  const { aliases, grants } = taken;
  return [
    ...(holds && taken.present
      ? [`${named} under alias/${group.alias}: whoever names it by alias, ID or ARN sees no change`]
      : []),
    ...(aliases ?? []).map((name) => `${name} names ${named}, too`),
    ...(grants === null || grants.length === 0
      ? []
      : [`${counted(grants.length, 'grant')} on ${named} (${granteesOf(grants)})`]),
  ];
}

export function takenLines(group: Group, chosen: ChosenKey | null): string[] {
  if (!chosen?.taken) return [];
  const { validTo, marker, aliases, grants, adopters } = chosen.taken;
  const named = `KMS key ${shortId(chosen.id)}`;
  const works = worksOfGroup(group);
  const lines = [
    'Where AWS says that the KMS key has other material, nothing changes there, and the key stays here without a KMS key',
    marker === null
      ? null
      : `${named} bears the mark ${marker} of a rotation by Keyreeve: another keystore may hold it`,
    ...adopters.map(
      ({ name }) => `${quote(name)} adopted ${named}: it may move its own alias from it`,
    ),
    aliases === null ? `Aliases of ${named} could not be read (kms:ListAliases)` : null,
    grants === null ? `Grants on ${named} could not be read (kms:ListGrants)` : null,
    validTo === null || group.materialDays !== null
      ? null
      : `Nothing renews its material, as this group gives material no days: once AWS deletes it on ${sayMinute(validTo)}, ${works.stops('the key')} until you Synchronize`,
  ];
  return lines.filter((line): line is string => line !== null);
}

/** A chosen KMS key was not made from the template. */
export function policyLine(group: Group, chosen: ChosenKey | null): string {
  if (chosen !== null) {
    const until = group.policy === null ? '' : ' until Synchronize with Update Policy';
    return `Key policy: KMS key ${shortId(chosen.id)} keeps its own${until}`;
  }
  return group.policy === null
    ? 'Key policy: AWS default, as this group has no template'
    : `Key policy: ${sayTemplate(group.policy)}`;
}

/** The calls of the job itself, in order; what the plan read is not among them. */
export function callsOf(
  group: Group,
  now: {
    readonly keyStep: string;
    readonly alias: 'made' | 'moved' | 'there';
    readonly chosen: ChosenKey | null;
  },
): Pick<Draft, 'steps' | 'calls'> {
  const { chosen } = now;
  const materials =
    chosen?.filled && group.keySpec === 'SYMMETRIC_DEFAULT' ? [read('ListKeyRotations')] : [];
  const take = chosen?.filled ? 'Take over the KMS key' : 'Take the waiting KMS key';
  return {
    steps: [
      'Check account, clock, HSM and alias holder',
      now.keyStep,
      'Save and back up',
      chosen === null ? 'Create KMS key' : take,
      'Fetch wrapping key',
      'Wrap from the saved copy',
      'Import',
      'Confirm',
      now.alias === 'there' ? 'Confirm the alias' : 'Move alias',
    ],
    calls: [
      read('GetCallerIdentity'),
      read('DescribeKey'),
      ...(chosen === null
        ? [write('CreateKey')]
        : [read('DescribeKey'), ...materials, read('DescribeKey')]),
      read('GetParametersForImport'),
      ...materials,
      write('ImportKeyMaterial'),
      read('DescribeKey'),
      ...(group.policy !== null && chosen === null ? [read('GetKeyPolicy')] : []),
      ...(isAsymmetric(group.keySpec) ? [read('GetPublicKey')] : []),
      read('DescribeKey'),
      read('DescribeKey'),
      ...(now.alias === 'there'
        ? []
        : [write(now.alias === 'moved' ? 'UpdateAlias' : 'CreateAlias')]),
      read('DescribeKey'),
    ],
  };
}
