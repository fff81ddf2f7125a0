import { isAsymmetric } from '../../../../shared/model/key-kinds.ts';
import { markerIn } from '../../cloud/marker.ts';
import type { Group } from '../../keystore/rows.ts';
import { type Checks, type Draft, type Looked, read, write } from './plan.ts';
import { shortId } from './reading.ts';
import { takenElsewhere } from './rotation.ts';
import type { DeedServices } from './services.ts';
import { requireTakeable, requireWaiting } from './waiting-key.ts';

/** The KMS key that the template names. */
export interface ChosenKey {
  readonly id: string;
  /** It has, or had, material: it is taken over. */
  readonly filled: boolean;
  /** It has material now, which keeps the date that AWS has for it. */
  readonly keepsDate: boolean;
  /** What Keyreeve writes into the description of the keys that it makes. */
  readonly marker: string | null;
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
    const waiting = { id, filled: false, keepsDate: false, marker: null };
    const look = () => requireWaiting(connection, group, id).then(() => waiting);
    return checks.look(`${activeKey(id)} waits for its material`, look, {
      ACTIVE_KEY_UNUSABLE: unusable,
    });
  }
  return checks.look(
    `${activeKey(id)} waits for material, or has one that can be held against this key`,
    async () => {
      const filled = await requireTakeable(connection, group, id);
      const { description, state } = await connection.describeKey(id);
      const keepsDate = filled && state !== 'PendingImport';
      return { id, filled, keepsDate, marker: markerIn(description) };
    },
    { ACTIVE_KEY_UNUSABLE: `${unusable}, nor one that can be taken over` },
  );
}

const activeKey = (id: string): string => `Active Key ID ${shortId(id)}`;

/** What becomes of it, or that there is none. */
export function kmsKeyLine(chosen: ChosenKey | null): string {
  if (chosen === null) return 'New KMS key with a new key ID and ARN';
  return chosen.filled
    ? `KMS key ${chosen.id} is taken over, with its key ID, ARN and what is encrypted under it, once AWS has taken this key as the material it has`
    : `The waiting KMS key ${chosen.id} receives its material`;
}

export function takenLines(chosen: ChosenKey | null): string[] {
  if (!chosen?.filled) return [];
  return [
    'Where AWS says that the KMS key has other material, nothing changes there, and the key stays here without a KMS key',
    ...(chosen.marker === null
      ? []
      : [
          `KMS key ${shortId(chosen.id)} bears the mark ${chosen.marker} of a rotation by Keyreeve: another keystore may hold it`,
        ]),
  ];
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
