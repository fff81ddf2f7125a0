import type { VersionLine } from '../../../../shared/contract/group-synchronize.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { usualEnd } from '../../../../shared/model/material-end.ts';
import { sayMinute, utcDay } from '../../../../shared/model/span.ts';
import { counted } from '../../../../shared/text/counted.ts';
import { renderFailure } from '../../../../shared/text/failures.ts';
import { isolate } from '../../../../shared/text/isolate.ts';
import { sayShare, sayVersions } from '../../../../shared/text/versions.ts';
import type { Group, Key } from '../../keystore/rows.ts';
import { plannedDeletion } from './force-rotate.ts';
import {
  capital,
  type Draft,
  exceptionLines,
  otherMaterialLines,
  quote,
  sayTemplate,
  shellWord,
  subjectLine,
  worksOfGroup,
} from './plan.ts';
import { callsOf } from './plan-synchronize.ts';
import type { DeedServices } from './services.ts';
import type { SynchronizePayload } from './synchronize.ts';
import {
  type GroupChoices,
  readVersions,
  type VersionSeen,
  type VersionsSeen,
} from './versions-in-aws.ts';

export interface GroupDraft {
  readonly draft: Draft & {
    readonly versions: readonly Omit<VersionLine, 'failure' | 'runningJob'>[];
  };
  /** One job each, in the order of the lines. */
  readonly deeds: readonly { readonly key: Key; readonly payload: SynchronizePayload }[];
  /** By key: what keeps a version out. Apart from its line, for it names requests. */
  readonly failures: ReadonlyMap<string, OperationError>;
}

interface Options {
  /** FOLDER/NAME of the group, as typed in commands. */
  readonly path: string;
  /** The job of this group that waits for a person, and what comes after it with it; null: none. */
  readonly waitsBehind: number | null;
}

/** A version with what would be done with it; `payload` null: nothing. */
interface Decided extends VersionSeen {
  readonly payload: SynchronizePayload | null;
  readonly verdict: VersionLine['verdict'];
  readonly does: string;
}

/** Says what Synchronize would do now with each version of a group. */
export async function planSynchronizeGroup(
  services: DeedServices,
  group: Group,
  choices: GroupChoices,
  { path, waitsBehind }: Options,
): Promise<GroupDraft> {
  const read = await readVersions(services, group, choices);
  const now = services.clock.now();
  const versions = read.versions.map((version, n) =>
    // one KMS key has one policy
    decide(group, choices, version, { now, policy: n === 0 || group.mapping === 'container' }),
  );
  const run = versions.filter((version) => version.payload !== null);
  const blocked = read.inTheWay ?? nothingToDo(choices, versions);
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';
  const account = read.places[0]?.account ?? group.account;
  const keys = `${counted(run.length, 'key')} of ${isolate(group.name)}`;
  const draft: GroupDraft['draft'] = {
    deed: 'synchronize',
    title: `Synchronize all keys of ${quote(group.name)}?`,
    subject: subjectLine(group, account, counted(versions.length, 'key')),
    sentence: sentenceOf(choices, versions),
    versions: versions.map((version) => ({
      key: version.key.id,
      version: version.key.version,
      reference: `${path}/${version.key.version}`,
      kmsKey: version.remote?.kmsKeyId ?? null,
      inAws: inAwsNow(choices, version),
      verdict: version.verdict,
      does: version.does,
    })),
    changes: changeLines(group, run),
    stays: stayLines(group, choices),
    lookFirst: lookFirstLines(services, group, read, versions, waitsBehind),
    checks: [...read.checks, ...checkLines(versions)],
    ...workOf(group, run),
    goBack: 'Nothing is lost: our copies stay',
    command: `keyreeve group synchronize ${shellWord(path)}${flags(choices)}`,
    button: `Synchronize ${run.length === 0 ? isolate(group.name) : keys}${practice}`,
    confirmName: null,
    blocked: blocked?.toFailure() ?? null,
  };
  return {
    draft,
    deeds: run.flatMap(({ key, payload }) => (payload === null ? [] : [{ key, payload }])),
    failures: new Map(versions.flatMap((v) => (v.failure === null ? [] : [[v.key.id, v.failure]]))),
  };
}

function decide(
  group: Group,
  choices: GroupChoices,
  version: VersionSeen,
  { now, policy }: { readonly now: number; readonly policy: boolean },
): Decided {
  const { key, remote, seen, failure } = version;
  const leftOut = (does: string): Decided => ({
    ...version,
    payload: null,
    verdict: 'left-out',
    does,
  });
  if (failure !== null) return leftOut(whyLeftOut(failure));
  if (seen === null || remote === null) return leftOut('nothing was read of it');
  if (seen.inKey?.unknown) return leftOut('AWS knows no material of it');
  if (seen.inKey === null && seen.there && seen.described?.state === 'PendingImport')
    return leftOut('AWS waits for other material of this KMS key, of which no copy is kept here');
  const importMaterial = choices.importMaterial && !seen.there;
  const updatePolicy = policy && choices.updatePolicy && seen.policy === 'differs';
  if (!importMaterial && !updatePolicy) {
    return { ...version, payload: null, verdict: 'nothing', does: whyNothing(choices, version) };
  }
  const asGroup = group.materialDays === null ? null : plannedDeletion(now, group.materialDays);
  const end = usualEnd(remote, asGroup, { deleteMaterial: false }, now);
  const payload: SynchronizePayload = {
    groupId: group.id,
    keyId: key.id,
    deleteMaterial: false,
    updatePolicy,
    importMaterial,
    validTo: end === null ? null : Math.floor(end / 1000) * 1000,
    daysOfGroup: end === asGroup ? group.materialDays : null,
    deletes: false,
    typed: false,
  };
  return { ...version, payload, verdict: 'synchronize', does: sayDeed(payload) };
}

/** As a custodian says it; any other reason in the words of its failure. */
function whyLeftOut(failure: OperationError): string {
  const { code, details } = failure;
  if (code === 'KEY_NOT_IN_AWS') return 'never sent to AWS';
  if (code === 'AWS_KEY_STATE' && details['state'] === 'PendingDeletion')
    return 'the KMS key is scheduled for deletion';
  if (code === 'AWS_KEY_GONE') return 'the KMS key is not in AWS any more';
  if (code === 'ACCOUNT_MISMATCH')
    return `the KMS key is in account ${String(details['bound'])}, the credential of ${String(details['credential'])}`;
  if (code === 'HSM_KEY_DIFFERS') return 'the kept copy is not the key that was made';
  const { headline } = renderFailure(failure.toFailure());
  return headline.replace(/\.$/, '');
}

function whyNothing({ importMaterial, updatePolicy }: GroupChoices, { seen }: VersionSeen): string {
  if (seen?.there === false) return 'material is gone, and importing it is not asked for';
  return importMaterial && (updatePolicy || seen?.policy === 'none')
    ? 'in step'
    : 'nothing of what is asked for';
}

function sayDeed({ importMaterial, updatePolicy, validTo }: SynchronizePayload): string {
  const end = validTo === null ? '' : `, which AWS deletes on ${sayMinute(validTo)}`;
  const parts = [
    updatePolicy ? 'put the policy back' : '',
    importMaterial ? `import the material again${end}` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** `Enabled, material there, policy differs` */
function inAwsNow({ updatePolicy }: GroupChoices, { seen }: VersionSeen): string {
  if (seen?.described == null) return '';
  const policies = {
    none: '',
    same: 'policy as the template',
    differs: 'policy differs',
    'not-read': updatePolicy ? 'policy not read' : '',
  };
  const material = seen.there ? 'material there' : 'material gone';
  return [seen.described.state, material, policies[seen.policy]]
    .filter((part) => part !== '')
    .join(', ');
}

function nothingToDo(choices: GroupChoices, versions: readonly Decided[]): OperationError | null {
  if (versions.some(({ payload }) => payload !== null)) return null;
  const reason = noneAsked(choices)
    ? 'neither of the two is chosen'
    : versions.length === 0
      ? 'the group holds no keys'
      : inStep(versions)
        ? 'every key is in step with AWS'
        : 'no key can be synchronized so';
  return new OperationError('NOTHING_TO_DO', { reason });
}

const noneAsked = ({ updatePolicy, importMaterial }: GroupChoices): boolean =>
  !updatePolicy && !importMaterial;
const inStep = (versions: readonly Decided[]): boolean =>
  versions.every(({ verdict, does }) => verdict === 'nothing' && does === 'in step');

function sentenceOf(choices: GroupChoices, versions: readonly Decided[]): string {
  if (noneAsked(choices)) return 'Choose at least one.';
  if (versions.length === 0) return 'The group holds no keys yet.';
  const run = versions.filter(({ payload }) => payload !== null).length;
  if (run > 0) {
    const share = capital(sayShare(run, versions.length));
    const be = run === 1 ? 'is' : 'are';
    const order = run === 1 ? '' : ', one after the other, the newest first';
    return `${share} ${be} brought in line with what is kept here${order}. No key ID changes; the alias does not move.`;
  }
  if (inStep(versions)) return 'Every key is in step with AWS.';
  const out = versions.some(({ verdict }) => verdict === 'left-out');
  return out
    ? 'No key can be brought in line now: beside each stands why.'
    : 'There is nothing to do of what is ticked.';
}

const versionsOf = (some: readonly VersionSeen[]): string =>
  sayVersions(some.map(({ key }) => key.version));

function changeLines(group: Group, run: readonly Decided[]): string[] {
  const policies = run.filter(({ payload }) => payload?.updatePolicy === true);
  const imports = run.filter(({ payload }) => payload?.importMaterial === true);
  const lines: string[] = [];
  if (policies.length > 0 && group.policy !== null)
    lines.push(`Policy put back to ${sayTemplate(group.policy)}: ${versionsOf(policies)}`);
  if (imports.length > 0) {
    lines.push(`Material imported again: ${versionsOf(imports)}`);
    lines.push(
      group.mapping === 'container'
        ? `${capital(worksOfGroup(group).possible(versionsOf(imports)))} again`
        : 'The KMS key works again, for every version, once AWS has all of it',
    );
  }
  for (const some of Map.groupBy(imports, ({ payload }) => dayOf(payload)).values())
    lines.push(`AWS deletes the material of ${versionsOf(some)}: ${sayEnd(some)}`);
  return lines;
}

const dayOf = (payload: SynchronizePayload | null): string =>
  payload?.validTo == null ? 'never' : utcDay(payload.validTo);

/** Of versions that end on one day: when the first of them does. */
function sayEnd(some: readonly Decided[]): string {
  const ends = some.flatMap(({ payload }) => payload?.validTo ?? []);
  return ends.length === 0 ? 'never' : `on ${sayMinute(Math.min(...ends))}`;
}

function stayLines(group: Group, choices: GroupChoices): string[] {
  return [
    'No key ID changes, and the alias does not move',
    'Our copies stay as they are',
    choices.importMaterial ? 'Material that AWS has is not sent again' : 'Material is not touched',
    'Nothing is deleted: Delete Key Material is offered for one key at a time',
    ...(choices.updatePolicy ? [] : ['Policies stay as they are in AWS']),
    ...(choices.updatePolicy && group.policy === null
      ? ['Policies: this group has no template, so nothing changes']
      : []),
  ];
}

function lookFirstLines(
  services: DeedServices,
  group: Group,
  { places }: VersionsSeen,
  versions: readonly Decided[],
  waitsBehind: number | null,
): string[] {
  const exceptions = places.flatMap(({ connection }) => exceptionLines(connection));
  const out = Map.groupBy(
    versions.filter(({ verdict }) => verdict === 'left-out'),
    ({ does }) => does,
  );
  const other = versions.flatMap(({ key, remote, seen }) =>
    remote === null
      ? []
      : otherMaterialLines(services, remote, seen?.described).map(
          (line) => `Version ${key.version}: ${line}`,
        ),
  );
  const off = versions.filter(
    ({ verdict, seen }) => verdict !== 'left-out' && seen?.described?.state === 'Disabled',
  );
  return [
    ...new Set(exceptions),
    ...[...out].map(([why, some]) => `Left out: ${versionsOf(some)}, ${why}`),
    ...other,
    ...(off.length === 0
      ? []
      : [
          `${capital(versionsOf(off))} ${off.length === 1 ? 'stays' : 'stay'} Disabled: ${worksOfGroup(group).noneUnder(off.length === 1 ? 'it' : 'them')} until Enable in AWS`,
        ]),
    ...(waitsBehind === null
      ? []
      : [
          `Job ${waitsBehind} of this group waits for somebody: what is started now begins after it`,
        ]),
  ];
}

function checkLines(versions: readonly VersionSeen[]): { ok: boolean; text: string }[] {
  const read = versions.filter(({ seen }) => seen?.described != null).length;
  const proved = versions.filter((version) => version.proved).length;
  return [
    ...(read > 0 ? [{ ok: true, text: `${counted(read, 'KMS key')} read` }] : []),
    ...(proved > 0
      ? [
          {
            ok: true,
            text: `${counted(proved, 'kept copy', 'kept copies')} opened now, with the KCV noted at birth`,
          },
        ]
      : []),
  ];
}

/** Every job's own steps and calls, in the order in which they run. */
function workOf(group: Group, run: readonly Decided[]): Pick<Draft, 'steps' | 'calls'> {
  const each = run.flatMap(({ key, remote, payload, seen }) =>
    payload === null ? [] : [{ key, ...callsOf(group, payload, seen, { key, remote }) }],
  );
  return {
    steps: each.flatMap(({ key, steps }) => steps.map((step) => `Version ${key.version}: ${step}`)),
    calls: each.flatMap(({ calls }) => calls),
  };
}

const flags = ({ updatePolicy, importMaterial }: GroupChoices): string =>
  `${updatePolicy ? '' : ' --no-update-policy'}${importMaterial ? '' : ' --no-import-material'}`;
