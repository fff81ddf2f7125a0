import { nameOfSpec } from '../../../../shared/model/key-kinds.ts';
import { saySpan } from '../../../../shared/model/span.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { failureClause, failureName } from '../../../../shared/text/failures.ts';
import type { Group } from '../../keystore/rows.ts';
import {
  capital,
  Checks,
  type Draft,
  lookAtAws,
  type Looked,
  quote,
  shellWord,
  exceptionLines,
  granteesOf,
  staysOff,
  subjectLine,
  worksOfGroup,
} from './plan.ts';
import { carrierOf, sayCarrier } from './carrying.ts';
import { type HolderSeen, shortId } from './reading.ts';
import { lookAtBackup } from './second-place.ts';
import type { DeedServices } from './services.ts';
import { wrappingKeySpec } from './import-steps.ts';
import {
  callsOf,
  type ChosenKey,
  chosenKey,
  keptDate,
  kmsKeyLine,
  policyLine,
  takenLines,
  takenStayLines,
} from './plan-chosen-key.ts';
import { isolate } from '../../../../shared/text/isolate.ts';
import { sayLead } from '../../../../shared/text/renewal.ts';
import { counted, daysLater } from '../../../../shared/text/counted.ts';

/** A plan, and the ARN of the key that starting it with `adopt` would take over. */
export interface RotationDraft {
  readonly draft: Draft;
  readonly foreign: string | null;
}

export interface RotationOptions {
  readonly adopt: boolean;
  readonly designated: boolean;
  readonly reference: string;
}

/** What a rotation says of a key that is not made, but comes from elsewhere or from another group. */
export interface IncomingWords {
  readonly deed: 'bring-in' | 'copy-key';
  readonly title: string;
  readonly command: string;
  readonly button: string;
  readonly step: string;
  /** The template's Active Key ID may name a KMS key that is to have this very material. */
  readonly takesFilled: boolean;
  /** What is done with it, in one sentence. `where`: in the HSM. `backed`: saved and backed up. */
  sentence(where: string, backed: string): string;
  /** Opens it; null where that failed, as the checks say then. */
  look(checks: Checks): Promise<{
    /** The version that it is already; null: a new one. */
    readonly version: number | null;
    readonly changes: readonly string[];
    readonly stays: readonly string[];
    readonly lookFirst: readonly string[];
  } | null>;
}

/** Says what Force Rotate of this group would do now. Reads AWS, changes nothing. */
export async function planForceRotate(
  services: DeedServices,
  group: Group,
  options: RotationOptions,
  incoming: IncomingWords | null = null,
): Promise<RotationDraft> {
  const checks = new Checks();
  if (!options.designated) {
    checks.fail(new OperationError('NOT_DESIGNATED'), 'This device is not the designated one');
  }
  const came = (await incoming?.look(checks)) ?? null;
  const takes = incoming?.takesFilled ? group.activeKeyId : null;
  const looked = await lookAtAws(services, group, checks, { ...options, takes });
  await lookAtVault(services, group, checks);
  lookAtBackup(services, checks);
  const chosen = await chosenKey(services, group, checks, looked, takes !== null);
  const waiting = chosen?.id ?? null;
  const version = came?.version ?? services.keys.nextVersion(group.id);
  // What AWS did not say is not claimed, although the plan cannot be started then.
  const holderRead = looked.holder !== null;
  const held = formerOf(group, looked.holder);
  // whoever has the alias and takes the key over gives up nothing
  const stays = waiting !== null && held.id === waiting;
  const former = stays ? formerOf(group, null) : held;
  const gone = holderRead && held.id === null ? lastHolder(services, group) : null;
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';

  const draft: Draft = {
    deed: incoming?.deed ?? 'force-rotate',
    title: incoming?.title ?? `Rotate ${quote(group.name)}?`,
    subject: subjectLine(group, looked.account, activeWords(holderRead, held.name, version)),
    sentence: sentence(services, group, incoming),
    changes: [
      ...(came?.changes ?? []),
      ...changeLines(services, group, {
        version,
        former,
        holderRead,
        chosen,
        stays,
        adopt: adopts(looked, chosen),
      }),
    ],
    stays: [
      ...(came?.stays ?? []),
      ...takenStayLines(group, chosen, stays),
      ...(holderRead
        ? stayLines(services, group, former, { gone, stays })
        : [worksOfGroup(group).untouched]),
      policyLine(group, chosen),
    ],
    lookFirst: [
      ...(came?.lookFirst ?? []),
      ...takenLines(group, chosen),
      ...(await warnings(services, group, looked, { former, chosen, stays, gone })),
    ],
    checks: checks.lines,
    ...callsOf(group, {
      keyStep: incoming?.step ?? 'Generate key',
      alias: stays ? 'there' : former.id === null ? 'made' : 'moved',
      chosen,
    }),
    goBack: stays
      ? 'The alias does not move: there is nothing to go back to'
      : wayBack(group, holderRead, former),
    command: `${incoming?.command ?? `keyreeve group force-rotate ${shellWord(options.reference)}`}${options.adopt ? ' --adopt' : ''}`,
    button: `${incoming?.button ?? `Rotate ${isolate(group.name)}`}${practice}`,
    confirmName: null,
    blocked: checks.blocked?.toFailure() ?? null,
  };
  return { draft, foreign: adopts(looked, chosen) ? (looked.holder?.arn ?? null) : null };
}

/** The alias is to be taken from a key that is not the group's, and does not become so. */
const adopts = ({ holder }: Looked, chosen: ChosenKey | null): boolean =>
  holder?.mayMove === false && holder.kmsKeyId !== chosen?.id;

/** The key that gives up the alias, as AWS reads it now. */
interface Former {
  readonly id: string | null;
  /** Null where it is none of the group. */
  readonly version: number | null;
  readonly name: string | null;
  readonly state: string | null;
  /** A job disables it some days later; `if-on`: it is off now, and may be on again by then. */
  readonly disabled: 'surely' | 'if-on' | 'never';
}

function formerOf(group: Group, holder: HolderSeen | null): Former {
  const version = holder?.key?.key.version ?? null;
  const id = holder?.kmsKeyId ?? null;
  const state = holder?.state ?? null;
  const on = state === null || state === 'Enabled';
  return {
    id,
    version,
    name: version !== null ? `version ${version}` : id !== null ? `KMS key ${shortId(id)}` : null,
    state,
    // what the group has adopted is somebody else's: it loses the alias, and nothing more
    disabled: !group.disableAfter || version === null ? 'never' : on ? 'surely' : 'if-on',
  };
}

/** Version that had the alias of a group when AWS was last read: for an alias that AWS has no more. */
function lastHolder(services: DeedServices, { id, alias, region }: Group): number | null {
  const last = services.keys
    .ofGroup(id)
    .find(({ remote }) => remote?.alias === `alias/${alias}` && remote.region === region);
  return last?.key.version ?? null;
}

/** @param version of the key that is to be made */
function activeWords(holderRead: boolean, formerName: string | null, version: number): string {
  if (!holderRead) return 'the holder of the alias was not read';
  if (formerName) return `${formerName} is active`;
  return version === 1 ? 'no key yet' : 'no key has the alias';
}

function wayBack(group: Group, holderRead: boolean, { id, version, state }: Former): string {
  if (!holderRead) return 'Told once AWS has said which key holds the alias';
  if (version !== null) {
    return state === null || state === 'Enabled'
      ? `Make Active on version ${version}, one call`
      : `Make Active on version ${version}, once it is Enabled`;
  }
  return id === null
    ? 'There is no earlier key to go back to'
    : `In AWS, point alias/${group.alias} at KMS key ${shortId(id)} again`;
}

function sentence(services: DeedServices, group: Group, incoming: IncomingWords | null): string {
  const where = group.storage === 'hsm' ? 'in the HSM' : 'by the built-in software driver';
  const backed = services.safety.place === null ? 'saved' : 'saved and backed up';
  return (
    incoming?.sentence(where, backed) ??
    `A new ${nameOfSpec(group.keySpec)} key is made ${where} and ${backed}; then a wrapped copy goes to AWS. Last of all the alias moves to it.`
  );
}

function changeLines(
  services: DeedServices,
  group: Group,
  now: {
    version: number;
    former: Former;
    holderRead: boolean;
    chosen: ChosenKey | null;
    stays: boolean;
    adopt: boolean;
  },
): string[] {
  const lines = [
    now.version === 1 ? 'First key of this group' : null,
    kmsKeyLine(now.chosen),
    now.stays
      ? `alias/${group.alias} names that KMS key already, and stays`
      : aliasLine(group, now),
    now.adopt ? `KMS key ${now.former.id} is adopted: this group may move the alias from it` : null,
    group.rotate ? `Next scheduled rotation: in ${saySpan(group.rotateEvery)}` : null,
    keptDate(now.chosen) ?? newDate(group, now.version),
    disablingLine(group, now.former),
  ];
  return lines.filter((line): line is string => line !== null);
}

const newDate = ({ materialDays }: Group, version: number): string | null =>
  materialDays === null
    ? null
    : `AWS deletes the material of version ${version} after ${counted(materialDays, 'day')}; it is imported again ${sayLead(materialDays)} before`;

function disablingLine(group: Group, { disabled, version }: Former): string | null {
  if (disabled === 'never') return null;
  const when = disabled === 'if-on' ? ', where it is Enabled by then' : '';
  return `Version ${version} is disabled ${daysLater(group.disableWaitDays)}${when}, by a job you can stop`;
}

function aliasLine(
  { alias }: Group,
  now: {
    readonly version: number;
    readonly former: Former;
    readonly holderRead: boolean;
  },
): string {
  if (!now.holderRead) return `alias/${alias} → version ${now.version}`;
  return now.former.name === null
    ? `alias/${alias} is made and names version ${now.version}`
    : `alias/${alias}: ${now.former.name} → version ${now.version}`;
}

function stayLines(
  services: DeedServices,
  group: Group,
  { name, version, state, disabled }: Former,
  { gone, stays }: { readonly gone: number | null; readonly stays: boolean },
): string[] {
  if (name === null) {
    const earlier = services.keys.ofGroup(group.id);
    if (earlier.length === 0 && !stays) return ['Nothing: no application uses this alias yet'];
    return [
      ...earlier.flatMap(({ key, remote }) =>
        remote?.alias && key.version !== gone
          ? `${remote.alias} stays on version ${key.version} in ${remote.region}`
          : [],
      ),
      worksOfGroup(group).untouched,
    ];
  }
  const enabled = disabled === 'never' ? '' : ' until it is disabled';
  return [
    state === null || state === 'Enabled'
      ? `${capital(name)} stays enabled and ${worksOfGroup(group).works}${enabled}`
      : staysOff(name, state, version !== null, worksOfGroup(group)),
    worksOfGroup(group).untouched,
  ];
}

async function warnings(
  services: DeedServices,
  group: Group,
  looked: Looked,
  {
    former,
    chosen,
    stays,
    gone,
  }: {
    readonly former: Former;
    readonly chosen: ChosenKey | null;
    readonly stays: boolean;
    readonly gone: number | null;
  },
): Promise<string[]> {
  const { connection } = looked;
  const { id, name, disabled } = former;
  const works = worksOfGroup(group);
  const lines = exceptionLines(connection);
  if (looked.holder?.mayMove === false && !stays) lines.push(unknownLine);
  if (gone !== null) {
    lines.push(
      `AWS has no alias/${group.alias} any more: it named version ${gone} when it was last read`,
    );
  }
  if (connection && id !== null && name !== null) {
    try {
      const { grants } = await connection.listGrants(id);
      if (grants.length > 0) {
        const who = granteesOf(grants);
        lines.push(
          grants.length === 1
            ? `1 grant on ${name} does not move with the alias (${who})`
            : `${grants.length} grants on ${name} do not move with the alias (${who})`,
        );
      }
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      lines.push(`Grants on ${name} could not be read (${failureName(error)})`);
    }
    if (isMultiRegion(id) && !isMultiRegion(chosen?.id ?? null)) {
      lines.push(
        `${capital(name)} is a multi-Region key, the new one is not: ${works.dataKeys ? 'what is encrypted from then on decrypts' : 'it works'} in ${group.region} only`,
      );
    }
    lines.push(`Whoever names the key by ID or ARN stays on ${name} until they change it`);
    if (disabled === 'surely') {
      lines.push(`${capital(works.lost(name))} once it is disabled`);
    }
  }
  const endless = chosen?.taken?.present === true && chosen.taken.validTo === null;
  if (group.materialDays !== null && !endless) {
    lines.push(
      `Renewing the material takes Keyreeve unlocked here: where AWS deletes it first, ${works.stops('the key')} until you Synchronize`,
    );
  }
  return lines;
}

/** A keystore that was put back from an older copy does not know what was made since. */
const unknownLine =
  'This group keeps no copy of that key. Where a newer copy of this keystore made it, restore that one first';

/** By its id, which a multi-Region key shares with its replicas (AWS KMS developer guide). */
const isMultiRegion = (kmsKeyId: string | null): boolean => kmsKeyId?.startsWith('mrk-') === true;

export async function lookAtVault(
  services: DeedServices,
  group: Group,
  checks: Checks,
): Promise<void> {
  if (checks.blocked) return;
  try {
    const vault = await services.vaults.ready(group.storage);
    // asked now: that it was ready a moment ago says nothing of a token that was pulled out
    await vault.driver.status();
    services.requireMayLeave(vault.probe.assurance);
    const algorithm = carrierOf(vault, group.keySpec);
    const less = algorithm.endsWith('SHA_1') ? ', as this token has no SHA-256' : '';
    checks.ok(
      capital(
        `${vault.title} is ready. Wrapping: ${wrappingKeySpec.replace('_', '-')}, ${sayCarrier(algorithm)}${less}`,
      ),
    );
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    checks.fail(error, `The place where keys are made is not ready: ${failureClause(error)}`);
  }
}
