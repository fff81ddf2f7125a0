import { sayMinute, sayTime } from '../../../../shared/model/span.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { LastUsage } from '../../cloud/answers.ts';
import type { KeyWithRemote } from '../../keystore/keys.ts';
import type { Group, Key, RemoteKey } from '../../keystore/rows.ts';
import { sameMaterial } from '../../keystore/same-material.ts';
import {
  capital,
  Checks,
  type Draft,
  lookAtAws,
  lookAtKey,
  otherMaterialLines,
  type Looked,
  quote,
  read,
  sayTemplate,
  subjectLine,
  write,
  exceptionLines,
  shellWord,
  worksOfKey,
} from './plan.ts';
import { lastUse, lastUseLines, usedLately } from './last-use.ts';
import { changesInKey, type InKey, inKeyOf, requirePossible, warningsInKey } from './in-key.ts';
import { hasOther, hasOurs, nameOfOurs } from './our-material.ts';
import { isThere, type LookedKey } from './read-key.ts';
import { policyInStep, proveCopy, shortId } from './reading.ts';
import type { DeedServices } from './services.ts';
import { sayTwin, worksWithout } from './twins.ts';
import { isAsymmetric } from '../../../../shared/model/key-kinds.ts';
import type { SynchronizePayload } from './synchronize.ts';
import type { SynchronizePlan } from '../../../../shared/contract/key.ts';
import type { KeyWorks } from '../../../../shared/text/key-works.ts';
import { synchronizeWords } from '../../../../shared/text/synchronize.ts';
import { comparisonOf } from './compare-sides.ts';

export type Choices = Pick<
  SynchronizePayload,
  'deleteMaterial' | 'updatePolicy' | 'importMaterial' | 'validTo'
>;

export type SynchronizeDraft = Draft & Pick<SynchronizePlan, 'comparison'>;

/** What was read of the key for the plan. */
export interface Seen {
  readonly described: LookedKey | null;
  /** Our material, as far as it was read. */
  readonly there: boolean;
  /** AWS encrypts under another than ours. */
  readonly several: boolean;
  readonly policy: 'none' | 'same' | 'differs' | 'not-read';
  readonly usage: LastUsage | null;
  readonly copyProved: boolean;
  /** Where it shares its KMS key with other versions; else null. */
  readonly inKey: InKey | null;
}

/** Says what Synchronize with these three choices would do now. */
export async function planSynchronize(
  services: DeedServices,
  group: Group,
  { key, remote }: KeyWithRemote,
  choices: Choices & { readonly reference: string },
): Promise<SynchronizeDraft> {
  const checks = new Checks();
  if (!choices.deleteMaterial && !choices.updatePolicy && !choices.importMaterial) {
    checks.fail(
      new OperationError('NOTHING_TO_DO', { reason: 'none of the three is chosen' }),
      'Choose at least one',
    );
  }
  if (!remote) {
    checks.fail(
      new OperationError('KEY_NOT_IN_AWS', { version: key.version }),
      'This version is not in AWS',
    );
  }
  // Synchronizing an earlier key does not care who holds the alias now.
  const looked = await lookAtAws(services, group, checks, { adopt: true, region: remote?.region });
  const seen = remote
    ? await lookAtVersion(services, group, { key, remote }, choices, looked, checks)
    : null;
  const inKey = seen?.inKey ?? null;
  const words = wordsOf(group, choices, key, inKey);
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';
  const alone = choices.deleteMaterial && !choices.importMaterial;
  const gone = seen?.there === false;
  // An alias it held under a former name of the group counts, and so does a use nobody could read.
  const inUse =
    inKey?.waits !== true &&
    (looked.holder?.kmsKeyId === remote?.kmsKeyId ||
      remote?.alias != null ||
      (seen !== null && usedLately(seen.usage, services.clock.now())));
  const kmsKey = `KMS key ${remote ? shortId(remote.kmsKeyId) : '-'}`;
  const holder = looked.holder;
  const held = holder === null ? remote?.alias != null : holder.kmsKeyId === remote?.kmsKeyId;
  const holds = remote !== null && held ? `${kmsKey} holds it` : kmsKey;

  return {
    deed: 'synchronize',
    title: `Synchronize ${quote(group.name)}, version ${key.version}?`,
    subject: subjectLine(group, looked.account, holds, remote?.region),
    sentence: words.sentence,
    comparison: remote && seen ? comparisonOf(group, { key, remote }, choices, seen) : [],
    changes: changeLines(group, choices, seen, key),
    stays: stayLines(choices, seen),
    lookFirst: [
      ...exceptionLines(looked.connection),
      ...(remote ? otherMaterialLines(services, remote, seen?.described) : []),
      ...(seen?.described?.state === 'Disabled' ? offLines(choices, worksOfKey(key)) : []),
      ...(inKey ? warningsInKey(inKey, choices, gone) : []),
      ...dateLines(choices, seen),
      ...warningLines(services, choices, key, seen),
    ],
    checks: checks.lines,
    ...callsOf(group, choices, seen, { key, remote }),
    goBack:
      alone && inKey?.waits
        ? 'Force Rotate makes a new version'
        : alone
          ? 'Synchronize with Import Key Material puts the saved copy back'
          : 'Nothing is lost: our copy stays',
    command: `keyreeve key synchronize ${shellWord(choices.reference)}${flags(group, choices)}`,
    button: `${words.button}${practice}`,
    confirmName: alone && inUse && !gone ? group.name : null,
    blocked: checks.blocked?.toFailure() ?? null,
  };
}

/** Reads of one version what these choices need to know; what stands against them goes into `checks`. */
export async function lookAtVersion(
  services: DeedServices,
  group: Group,
  { key, remote }: { readonly key: Key; readonly remote: RemoteKey },
  choices: Choices,
  { connection }: Looked,
  checks: Checks,
): Promise<Seen> {
  const nothing: Seen = {
    described: null,
    there: true,
    several: false,
    policy: 'not-read',
    usage: null,
    copyProved: false,
    inKey: null,
  };
  if (!connection) return nothing;
  const text = `KMS key ${shortId(remote.kmsKeyId)} was read`;
  const described = await lookAtKey(services, connection, { key, remote }, text, checks);
  if (!described) return nothing;
  if (described.state === 'PendingDeletion') {
    const details = { state: described.state, keyId: remote.kmsKeyId };
    checks.fail(
      new OperationError('AWS_KEY_STATE', details),
      'The KMS key is scheduled for deletion',
    );
  }
  const opens =
    choices.deleteMaterial || choices.importMaterial
      ? (await checks.look('Our copy opens now, and its KCV is the one noted at birth', () =>
          proveCopy(services, key.id),
        )) !== null
      : false;
  const { backedUpAt, version } = services.keys.get(key.id).key;
  const alone = services.store.realm === 'real' && backedUpAt === null;
  if (choices.deleteMaterial && alone) {
    checks.fail(
      new OperationError('COPY_NOT_PROVED', { version }),
      'Our copy is in no backup yet, so nothing may be deleted',
    );
  }
  const inKey = inKeyOf(services, group, key, described);
  if (inKey) requirePossible(inKey, key, choices, checks);
  const there = await lookForOurs(
    services,
    { key, remote },
    choices,
    connection,
    described,
    checks,
  );
  if (choices.importMaterial) {
    await checks.look('This kind of key may be sent to this AWS', async () =>
      services.requireMayLeave(key.assurance),
    );
  }
  let policy: Seen['policy'] = group.policy === null ? 'none' : 'not-read';
  if (putsPolicy(group, choices)) {
    const found = await checks.look('The policy in AWS was read', () =>
      policyInStep(connection, group, remote.kmsKeyId, {}),
    );
    if (found) policy = found.same ? 'same' : 'differs';
  }
  const usage = choices.deleteMaterial ? await lastUse(connection, remote.kmsKeyId) : null;
  // A copy that is in no backup is no way back, however well it opens.
  const several = hasOther(services, remote, described.currentMaterialId);
  return { described, there, several, policy, usage, copyProved: opens && !alone, inKey };
}

/** Is our material there? Before it may be deleted, AWS must have said which it is. */
async function lookForOurs(
  services: DeedServices,
  { key, remote }: { readonly key: Key; readonly remote: RemoteKey },
  { deleteMaterial }: Choices,
  connection: NonNullable<Looked['connection']>,
  described: LookedKey,
  checks: Checks,
): Promise<boolean> {
  try {
    const there =
      described.materials === null
        ? await hasOurs(services, connection, remote, described, {})
        : isThere(described.own);
    if (there && deleteMaterial) nameOfOurs(key, remote, described.currentMaterialId);
    return there;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    checks.fail(error, 'AWS has not said which material is ours, so nothing may be deleted');
    return true;
  }
}

/** Without a template there is no policy to put into AWS, whatever is ticked. */
const putsPolicy = (group: Group, { updatePolicy }: Choices): boolean =>
  updatePolicy && group.policy !== null;

/** Button and sentence name what is done, which may be less than what is ticked. */
function wordsOf(group: Group, choices: Choices, key: Key, inKey: InKey | null) {
  const { version } = key;
  const works = worksOfKey(key);
  const place = inKey === null ? 'own' : inKey.waits ? 'waiting' : 'shared';
  const done = { ...choices, updatePolicy: putsPolicy(group, choices) };
  if (choices.deleteMaterial || choices.importMaterial)
    return synchronizeWords(done, version, works, place);
  const { button, sentence } = synchronizeWords(choices, version, works);
  return choices.updatePolicy && group.policy === null
    ? { button, sentence: 'This group has no policy template: nothing changes.' }
    : { button, sentence };
}

function changeLines(group: Group, choices: Choices, seen: Seen | null, key: Key): string[] {
  const gone = seen?.there === false;
  const lines = [
    choices.updatePolicy && seen?.policy === 'differs' && group.policy !== null
      ? `Policy in AWS: put back to ${sayTemplate(group.policy)}`
      : null,
    choices.deleteMaterial
      ? gone
        ? `Nothing to delete: AWS has no material${seen?.several ? ' of ours' : ''} now`
        : 'Material in AWS: deleted at once, no waiting period'
      : null,
    choices.importMaterial
      ? gone || choices.deleteMaterial
        ? 'Material in AWS: imported again'
        : 'Material in AWS: sent again over the same material'
      : null,
    choices.importMaterial
      ? choices.validTo === null
        ? 'AWS deletes it: never'
        : `AWS deletes it: on ${sayMinute(choices.validTo)}`
      : null,
    choices.importMaterial && gone && seen?.inKey == null
      ? `${capital(worksOfKey(key).possible(`version ${key.version}`))} again`
      : null,
    ...(seen?.inKey ? changesInKey(seen.inKey, choices, gone) : []),
  ];
  return lines.filter((line): line is string => line !== null);
}

function stayLines(choices: Choices, seen: Seen | null): string[] {
  const lines = ['No key ID changes, and the alias does not move', 'Our copy stays as it is'];
  if (choices.updatePolicy && seen?.policy === 'none')
    lines.push('Policy: this group has no template, so nothing changes');
  if (choices.updatePolicy && seen?.policy === 'same')
    lines.push('Policy: reads as the template already');
  if (!choices.updatePolicy) lines.push('The policy stays as it is in AWS');
  if (!choices.deleteMaterial && !choices.importMaterial) lines.push('Material is not touched');
  return lines;
}

/** What becomes of a key that is off: without material AWS does not keep that it was. */
function offLines({ deleteMaterial, importMaterial }: Choices, works: KeyWorks): string[] {
  if (!deleteMaterial)
    return [`The KMS key stays Disabled: ${works.noneUnder('it')} until Enable in AWS`];
  return importMaterial
    ? [
        'The KMS key is Enabled once AWS has the material again: disable it then, if it is to stay off',
      ]
    : [];
}

/** AWS says in one place that an import sets another date, in another that a delete must come first. */
function dateLines(
  { deleteMaterial, importMaterial, validTo }: Choices,
  seen: Seen | null,
): string[] {
  const described = seen?.described;
  if (!importMaterial || deleteMaterial || described == null || described.expires === null)
    return [];
  if (described.validTo === validTo) return [];
  return [
    'AWS may refuse another date in place: nothing changes then, and Delete Key Material helps',
  ];
}

function warningLines(
  services: DeedServices,
  choices: Choices,
  key: Key,
  seen: Seen | null,
): string[] {
  if (!choices.deleteMaterial || seen?.there === false || seen?.inKey?.waits) return [];
  const twins = sameMaterial(services.keys, key);
  const works = worksWithout(key, twins);
  const lines = twins.map((twin) => sayTwin(services, twin));
  if (choices.importMaterial)
    lines.push(
      `The ${seen?.inKey ? 'whole KMS key' : 'key'} cannot be used between delete and import`,
    );
  else
    lines.push(
      seen?.inKey
        ? 'Every version of the group stops decrypting in AWS now'
        : `${capital(works.stops(`version ${key.version}`))} in AWS now`,
      ...(works.dataKeys
        ? ['Services notice late: a volume or database may run on until it next starts']
        : []),
      ...works.outside,
    );
  if (seen) lines.push(...lastUseLines(seen.usage));
  if (seen?.copyProved) lines.push('This can be undone: our copy was opened just now');
  return lines;
}

/** Steps and calls of the job that does just this. */
export function callsOf(
  group: Group,
  choices: Choices,
  seen: Seen | null,
  { key, remote }: KeyWithRemote,
): Pick<Draft, 'steps' | 'calls'> {
  const puts = putsPolicy(group, choices);
  const each = seen?.inKey ? [read('ListKeyRotations')] : [];
  const alias = remote?.region === group.region ? [read('DescribeKey')] : [];
  const calls = [read('GetCallerIdentity'), read('DescribeKey'), ...each, ...alias];
  const steps = ['Check account, clock, key and our copy'];
  if (puts) {
    steps.push('Update policy');
    calls.push(read('GetKeyPolicy'));
    if (seen?.policy === 'differs') calls.push(write('PutKeyPolicy'), read('GetKeyPolicy'));
  }
  if (choices.deleteMaterial) {
    const several = seen?.several ? [read('ListKeyRotations')] : [];
    const listed = each.length > 0 ? each : several;
    calls.push(read('DescribeKey'));
    if (each.length > 0 || seen?.described?.state === 'PendingImport') calls.push(...listed);
    if (seen?.there !== false) {
      steps.push('Delete key material');
      calls.push(write('DeleteImportedKeyMaterial'), read('DescribeKey'), ...listed);
    }
  }
  if (choices.importMaterial) {
    steps.push('Fetch wrapping key', 'Wrap from the saved copy', 'Import');
    calls.push(read('GetParametersForImport'), write('ImportKeyMaterial'));
  }
  steps.push('Confirm');
  calls.push(read('DescribeKey'), ...each);
  if (choices.importMaterial && isAsymmetric(key.spec) && !staysOff(choices, seen)) {
    calls.push(read('GetPublicKey'));
  }
  return { steps, calls };
}

/** A key that is off stays so where its material is sent again over what is there. */
const staysOff = ({ deleteMaterial }: Choices, seen: Seen | null): boolean =>
  seen?.described?.state === 'Disabled' && !deleteMaterial;

/** Options of the command that do exactly this: Delete alone unticks the other two there. */
function flags(group: Group, choices: Choices): string {
  const { deleteMaterial, updatePolicy, importMaterial, validTo } = choices;
  const named = (on: boolean, option: string) =>
    on === !deleteMaterial ? '' : ` --${on ? '' : 'no-'}${option}`;
  const asGroup = validTo === null && group.materialDays === null;
  const until = validTo === null ? 'never' : sayTime(validTo);
  return [
    deleteMaterial ? ' --delete-material' : '',
    named(updatePolicy, 'update-policy'),
    named(importMaterial, 'import-material'),
    importMaterial && !asGroup ? ` --valid-to ${until}` : '',
  ].join('');
}
