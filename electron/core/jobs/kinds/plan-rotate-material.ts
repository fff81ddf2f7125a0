import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { lastRotationAt } from '../../../../shared/model/mapping.ts';
import { saySpan } from '../../../../shared/model/span.ts';
import { isolate } from '../../../../shared/text/isolate.ts';
import { sayRotation } from '../../../../shared/text/mapping.ts';
import { sayLead } from '../../../../shared/text/renewal.ts';
import type { Group } from '../../keystore/rows.ts';
import {
  Checks,
  type Draft,
  exceptionLines,
  lookAtAws,
  type Looked,
  otherMaterialLines,
  quote,
  read,
  shellWord,
  subjectLine,
  write,
} from './plan.ts';
import { lookAtVault, type RotationDraft } from './plan-force-rotate.ts';
import { shortId } from './reading.ts';
import { lookAtBackup } from './second-place.ts';
import type { DeedServices } from './services.ts';
import { type CurrentVersion, lookAtRotation, type RotationOutlook } from './shared-rotation.ts';
import { counted } from '../../../../shared/text/counted.ts';

interface Options {
  readonly adopt: boolean;
  readonly designated: boolean;
  readonly reference: string;
}

/** Says what Force Rotate within the group's one KMS key would do now. Reads AWS, changes nothing there. */
export async function planRotateMaterial(
  services: DeedServices,
  group: Group,
  current: CurrentVersion,
  options: Options,
): Promise<RotationDraft> {
  const checks = new Checks();
  if (!options.designated) {
    checks.fail(new OperationError('NOT_DESIGNATED'), 'This device is not the designated one');
  }
  const { region, kmsKeyId } = current.remote;
  const looked = await lookAtAws(services, group, checks, { ...options, region });
  await lookAtVault(services, group, checks);
  lookAtBackup(services, checks);
  const outlook = await lookAtKmsKey(services, group, current, looked, checks);
  const version = outlook?.waiting?.version ?? services.keys.nextVersion(group.id);
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';
  const foreign = looked.holder?.mayMove === false ? looked.holder.arn : null;
  const draft: Draft = {
    deed: 'force-rotate',
    title: `Rotate ${quote(group.name)}?`,
    subject: subjectLine(group, looked.account, `version ${current.key.version} is active`, region),
    sentence: sentence(services, group, outlook),
    changes: changeLines(services, group, { version, kmsKeyId, looked, outlook }),
    stays: [
      `Key ID and ARN of KMS key ${shortId(kmsKeyId)}, its policy and its grants`,
      `Version ${current.key.version} stays in it and decrypts`,
      'Data already encrypted is not touched',
    ],
    lookFirst: [
      ...exceptionLines(looked.connection),
      ...otherMaterialLines(services, current.remote, outlook?.seen.read),
      ...lostAlias(group, current, looked),
      ...warnings(group, outlook),
    ],
    checks: checks.lines,
    ...callsOf(looked, kmsKeyId, outlook),
    goBack: `AWS does not go back to earlier material: another Force Rotate takes over, and version ${version} goes on decrypting`,
    command: `keyreeve group force-rotate ${shellWord(options.reference)}${options.adopt ? ' --adopt' : ''}`,
    button: `Rotate ${isolate(group.name)}${practice}`,
    confirmName: null,
    blocked: checks.blocked?.toFailure() ?? null,
  };
  return { draft, foreign };
}

async function lookAtKmsKey(
  services: DeedServices,
  group: Group,
  current: CurrentVersion,
  { connection }: Looked,
  checks: Checks,
): Promise<RotationOutlook | null> {
  if (!connection) return null;
  const named = `KMS key ${shortId(current.remote.kmsKeyId)}`;
  const outlook = await checks.look(`${named} and its materials were read`, () =>
    lookAtRotation(services, connection, group, current),
  );
  if (outlook === null) return null;
  const now = services.keys.get(current.key.id).remote;
  // not over what a job at work has noted meanwhile
  if (now?.readAt === current.remote.readAt) services.store.change(() => outlook.seen.note());
  if (outlook.obstacle) checks.fail(outlook.obstacle, whyNot(named, outlook));
  else checks.ok(`${named} is Enabled and has the material of every version`);
  return outlook;
}

function whyNot(named: string, { obstacle, seen, most }: RotationOutlook): string {
  const words: Partial<Record<string, string>> = {
    MATERIAL_MISSING: 'lacks material of an earlier version',
    MATERIAL_PENDING: 'has other material that waits for rotation',
    ROTATION_LIMIT: `has had all ${most} rotations that AWS grants it`,
  };
  return `${named} ${words[obstacle?.code ?? ''] ?? `is ${seen.read.state}`}`;
}

function sentence(services: DeedServices, group: Group, outlook: RotationOutlook | null): string {
  if (outlook?.waiting) {
    return `Version ${outlook.waiting.version}, which a former job made and sent, waits in the KMS key: AWS is told to encrypt under it.`;
  }
  const where = group.storage === 'hsm' ? 'in the HSM' : 'by the built-in software driver';
  const backed = services.safety.place === null ? 'saved' : 'saved and backed up';
  return `A new AES-256 key is made ${where} and ${backed}; then a wrapped copy goes to AWS as further material of the same KMS key. Last of all AWS is told to encrypt under it.`;
}

function changeLines(
  services: DeedServices,
  group: Group,
  now: {
    readonly version: number;
    readonly kmsKeyId: string;
    readonly looked: Looked;
    readonly outlook: RotationOutlook | null;
  },
): string[] {
  const { version, kmsKeyId, looked, outlook } = now;
  const alias = aliasLine(group, looked, kmsKeyId);
  const lines = [
    `AWS encrypts under version ${version} in KMS key ${shortId(kmsKeyId)}, about a minute after it was told`,
    outlook === null
      ? null
      : rotationLine(group, outlook.done + 1, outlook.most, services.clock.now()),
    alias,
    group.rotate ? `Next scheduled rotation: in ${saySpan(group.rotateEvery)}` : null,
    group.materialDays === null
      ? null
      : `AWS deletes the material of version ${version} after ${counted(group.materialDays, 'day')}; it is imported again ${sayLead(group.materialDays)} before`,
  ];
  return lines.filter((line): line is string => line !== null);
}

const rotationLine = (group: Group, next: number, most: number, now: number): string =>
  sayRotation(
    next,
    most,
    group.rotate ? lastRotationAt({ next, most }, now, group.rotateEvery) : null,
  ).replace(/\.$/, '');

/** An alias leads to the KMS key, and so to all its versions; null: it does so already. */
function aliasLine(group: Group, { holder }: Looked, kmsKeyId: string): string | null {
  if (holder === null || holder.kmsKeyId === kmsKeyId) return null;
  const alias = `alias/${group.alias}`;
  const to = `KMS key ${shortId(kmsKeyId)}, and with it all versions of the group`;
  return holder.kmsKeyId === null
    ? `${alias} is made and names ${to}`
    : `${alias}: KMS key ${shortId(holder.kmsKeyId)} → ${to}`;
}

function lostAlias(group: Group, { key, remote }: CurrentVersion, { holder }: Looked): string[] {
  const alias = `alias/${group.alias}`;
  if (holder === null || holder.kmsKeyId !== null || remote.alias !== alias) return [];
  return [`AWS has no ${alias} any more: it named version ${key.version} when it was last read`];
}

/** From so many left on, it is said first. */
const fewLeft = 3;

function warnings(group: Group, outlook: RotationOutlook | null): string[] {
  const left = outlook === null ? null : outlook.most - outlook.done - 1;
  return [
    'The KMS key needs the material of every version from now on: where AWS loses one, it refuses the whole KMS key, new encryption included',
    ...(left !== null && left >= 0 && left <= fewLeft
      ? [
          left === 0
            ? 'This is the last rotation AWS grants this KMS key: plan a new group for what comes after'
            : `After this one, AWS grants this KMS key ${left} more`,
        ]
      : []),
    ...(group.materialDays === null
      ? []
      : [
          'Renewing the material of every version takes Keyreeve unlocked here: where AWS deletes one first, everything under the KMS key stops until you Synchronize',
        ]),
  ];
}

/** The calls of the job itself, in order; while AWS rotates, the last reading of the key is repeated. */
function callsOf(
  { holder }: Looked,
  kmsKeyId: string,
  outlook: RotationOutlook | null,
): Pick<Draft, 'steps' | 'calls'> {
  const sends = outlook?.waiting == null;
  const keyRead = [read('DescribeKey'), read('ListKeyRotations')];
  const moves = holder !== null && holder.kmsKeyId !== kmsKeyId;
  const alias = holder?.kmsKeyId == null ? 'CreateAlias' : 'UpdateAlias';
  return {
    steps: [
      'Check account, clock, HSM, KMS key and its materials',
      sends ? 'Generate key' : 'Take the version that waits',
      'Save and back up',
      ...(sends ? ['Fetch wrapping key', 'Wrap from the saved copy', 'Import'] : []),
      'Rotate KMS key on demand',
      'Wait until AWS encrypts under it',
      moves ? 'Move alias' : 'Read alias back',
    ],
    calls: [
      read('GetCallerIdentity'),
      read('DescribeKey'),
      ...keyRead,
      ...(sends
        ? [read('GetParametersForImport'), read('ListKeyRotations'), write('ImportKeyMaterial')]
        : []),
      ...keyRead,
      read('GetKeyRotationStatus'),
      write('RotateKeyOnDemand'),
      ...keyRead,
      read('DescribeKey'),
      ...(moves ? [write(alias), read('DescribeKey')] : []),
    ],
  };
}
