import { createHash } from 'node:crypto';
import type { Plan } from '../../../../shared/contract/shapes.ts';
import { withoutMinutes } from '../../../../shared/model/span.ts';
import type { FailureCode } from '../../../../shared/errors/failures.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { capital } from '../../../../shared/text/capital.ts';
import { keyWorks, type KeyWorks } from '../../../../shared/text/key-works.ts';
import { kindOf } from '../../../../shared/model/key-kinds.ts';
import { failureClause } from '../../../../shared/text/failures.ts';
import type { Grant, KmsKeyRead } from '../../cloud/answers.ts';
import type { CloudConnection } from '../../cloud/cloud.ts';
import type { ConnectionException } from '../../cloud/tls.ts';
import type { Group, Key, RemoteKey } from '../../keystore/rows.ts';
import { hasOther } from './our-material.ts';
import { checkAccount, type HolderSeen, heldElsewhere, readHolder, shortId } from './reading.ts';
import { type LookedKey, lookedKey, readKey } from './read-key.ts';
import type { OtherWish } from '../wishes.ts';
import type { DeedServices } from './services.ts';
import { isolate, quote } from '../../../../shared/text/isolate.ts';

/** A plan as its deed writes it; number and times are added when it is sealed. */
export type Draft = Omit<Plan, 'number' | 'checkedAt' | 'runningJob' | 'approximateSeconds'>;

/** What is true of a plan just now, and not a part of what a person agrees to. */
export interface PlannedAt {
  readonly now: number;
  /** The job that is at this deed already. */
  readonly runningJob: string | null;
  /** The job that is to decide otherwise, and would after all that is so now. */
  readonly otherwise?: OtherWish | null;
  /**
   * The last job of its kind about the same thing, where doing it may leave everything as it was: what was
   * agreed to once is not done twice.
   */
  readonly former?: number | null;
  /** When the deed is likely to be done if it is begun now (wall clock ms). */
  readonly doneBy: number;
}

const numberFrom = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Of a plan whose deed is under way: its lines change with every step of that job, the job does not. */
const numberUnderWay = (jobId: string): string => numberFrom(`under way: ${jobId}`);

/**
 * Gives the plan its number: a hash over every line a person reads, without times and readings that
 * move by themselves. The same number means: nothing that was shown has changed, and it was not done yet. While a job is at the
 * deed, it names that job.
 */
export function sealPlan<D extends Draft>(draft: D, at: PlannedAt): D & Plan {
  const { now, runningJob, otherwise, former, doneBy } = at;
  const { command: _command, ...lines } = draft;
  const blocked = undone(draft, otherwise ?? null) ?? draft.blocked;
  const again = former == null ? {} : { former };
  const shown = { ...lines, blocked: blocked?.code ?? null, ...again };
  const number =
    runningJob === null
      ? numberFrom(withoutMinutes(JSON.stringify(shown)))
      : numberUnderWay(runningJob);
  const command = `${draft.command} --plan ${number}`;
  const approximateSeconds = Math.ceil((doneBy - now) / 1_000);
  return { ...draft, blocked, command, number, checkedAt: now, runningJob, approximateSeconds };
}

/** What is so already does not stay so where a job is to change it: nobody may take it for done. */
function undone({ blocked }: Draft, otherwise: OtherWish | null): Plan['blocked'] {
  if (blocked?.code !== 'NOTHING_TO_DO' || otherwise === null) return null;
  const { number: job, title } = otherwise;
  return new OperationError('ALREADY_RUNNING', { job, otherwise: title }).toFailure();
}

/** A plan's number may be given shortened to six digits or more. */
export function requirePlan(plan: Plan, given: string): void {
  if (!plan.number.startsWith(given)) {
    throw new OperationError('PLAN_CHANGED', { now: plan.number });
  }
  if (plan.blocked) throw OperationError.from(plan.blocked);
}

/**
 * Whoever asks for a deed that a job is at joins that job, if it is what was looked at: by the number that
 * the job was started under (null: it came due by itself), or by that of a plan which named the job.
 * @throws OperationError PLAN_CHANGED
 */
export function requirePlanOfJob(jobId: string, startedUnder: string | null, given: string): void {
  const now = numberUnderWay(jobId);
  if (!now.startsWith(given) && startedUnder?.startsWith(given) !== true) {
    throw new OperationError('PLAN_CHANGED', { now });
  }
}

/** What may not be asked, or was not answered, is said to be unknown. */
export async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}

/** The first of those that grants are for. */
export const granteesOf = (grants: readonly Grant[]): string =>
  [...new Set(grants.map(({ grantee }) => grantee))].slice(0, 5).join(', ');

/** Collects checks; the first that fails says why the deed cannot run now. */
export class Checks {
  readonly lines: { ok: boolean; text: string }[] = [];
  blocked: OperationError | null = null;

  ok(text: string): void {
    this.lines.push({ ok: true, text });
  }

  fail(error: OperationError, text: string): void {
    this.lines.push({ ok: false, text });
    this.blocked ??= error;
  }

  /**
   * Runs one look; an OperationError becomes a failed line, anything else is a fault of ours.
   * `instead`: the whole line for some errors, where one thing may come to light in two ways.
   */
  async look<T>(
    text: string,
    work: () => Promise<T>,
    instead: Partial<Record<FailureCode, string>> = {},
  ): Promise<T | null> {
    if (this.blocked) return null;
    try {
      const value = await work();
      this.ok(text);
      return value;
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      this.fail(error, instead[error.code] ?? `${text}: ${failureClause(error)}`);
      return null;
    }
  }
}

export interface Looked {
  readonly connection: CloudConnection | null;
  readonly account: string | null;
  readonly holder: HolderSeen | null;
}

/**
 * Reads a KMS key as {@link Checks.look}, and notes what AWS says of it: who plans need not look a
 * second time. Not over what was noted meanwhile, for a job at work may have changed the key since.
 */
export function lookAtKey(
  { keys, clock }: DeedServices,
  connection: CloudConnection,
  { key, remote }: { readonly key: Key; readonly remote: RemoteKey },
  text: string,
  checks: Checks,
): Promise<LookedKey | null> {
  const unlessNoted = (note: () => void): void => {
    if (keys.get(key.id).remote?.readAt === remote.readAt) note();
  };
  return checks.look(text, async () => {
    try {
      const seen = await readKey({ keys }, connection, { key, remote });
      unlessNoted(() => seen.note());
      return lookedKey(seen);
    } catch (error) {
      if (error instanceof OperationError && error.code === 'AWS_KEY_GONE')
        unlessNoted(() => keys.noteRemote(key.id, { state: 'Gone', readAt: clock.now() }));
      throw error;
    }
  });
}

/** What to read first where AWS encrypts under other material than ours. */
export function otherMaterialLines(
  services: Pick<DeedServices, 'keys'>,
  remote: RemoteKey,
  described: KmsKeyRead | null | undefined,
): string[] {
  const current = described?.currentMaterialId ?? null;
  if (current === null || !hasOther(services, remote, current)) return [];
  return [
    `AWS encrypts under other material (${shortId(current)}) now, of which no copy is kept here`,
  ];
}

/** The looks every deed in AWS begins with: credential, account, clock, who holds the alias. */
export async function lookAtAws(
  services: DeedServices,
  group: Group,
  checks: Checks,
  options: {
    readonly adopt: boolean;
    readonly region?: string | undefined;
    /** A KMS key that the deed takes over: the alias may name it already. */
    readonly takes?: string | null;
  },
): Promise<Looked> {
  const credential = services.credentials.get(group.credentialId);
  const connection = await checks.look(
    `Credential ${isolate(credential.name)} can be used in ${options.region ?? group.region}`,
    () => services.connect(group, options.region),
  );
  if (!connection) return { connection: null, account: group.account, holder: null };
  const seen = await checks.look(
    'Account is what this group is bound to, and the clocks agree',
    () => checkAccount(services, connection, group, {}),
  );
  if (!seen) return { connection, account: group.account, holder: null };
  const holder = await checks.look(`alias/${group.alias} was read`, () =>
    readHolder(services, connection, group, {}),
  );
  const taken = holder?.kmsKeyId != null && holder.kmsKeyId === options.takes;
  if (holder && !holder.mayMove && !options.adopt && !taken) {
    if ((options.region ?? group.region) === group.region) noteElsewhere(services, group, holder);
    checks.fail(
      heldElsewhere(group, holder),
      `alias/${group.alias} names a key that this group does not know`,
    );
  }
  return { connection, account: seen.account, holder };
}

/**
 * What a refusal tells of an alias in use, its group tells too. Not over what was read later; and what does not
 * refuse is not noted, for a plan made again is to say the same.
 */
function noteElsewhere(
  { keys, store }: DeedServices,
  group: Group,
  { kmsKeyId, arn, readAt }: HolderSeen,
): void {
  if (store.condition !== 'verified' || keys.newestUsed(group.id) === null) return;
  if ((keys.holderOf(group.id)?.remote?.readAt ?? readAt) > readAt) return;
  keys.loseAlias(group.id, group.region, `alias/${group.alias}`, { kmsKeyId, arn, readAt });
}

/** `111122223333 · eu-west-1 · alias/payments-prod · version 3 is active` */
export function subjectLine(
  group: Group,
  account: string | null,
  active: string,
  region = group.region,
): string {
  return [account ?? 'account not known yet', region, `alias/${group.alias}`, active].join(' · ');
}

/** Names a policy template, so that another template makes another plan. */
export const sayTemplate = (policy: string): string =>
  `the template of this group (SHA-256 ${createHash('sha256').update(policy).digest('hex').slice(0, 8)}…)`;

export { quote };
export const read = (call: string) => ({ call, changes: false });
export const write = (call: string) => ({ call, changes: true });

/** What becomes of the key that gives up the alias and is not Enabled; `ours`: it is of the group. */
export const staysOff = (name: string, state: string, ours: boolean, works: KeyWorks): string =>
  `${capital(name)} stays as it is: ${state}, and ${works.noneUnder('it')}${
    state === 'Disabled' && ours ? ' until Enable in AWS' : ''
  }`;

export { capital };

/** The words for what a group's keys, or one key, do. */
export const worksOfGroup = ({
  keySpec,
  keyUsage,
}: Pick<Group, 'keySpec' | 'keyUsage'>): KeyWorks => keyWorks(kindOf(keySpec, keyUsage));
export const worksOfKey = ({ spec, usage }: Pick<Key, 'spec' | 'usage'>): KeyWorks =>
  keyWorks(kindOf(spec, usage));

/** A word as a POSIX shell reads it back. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Whoever supplies the wrapping key can open what is wrapped: said with every such deed. */
const exceptionWords: Readonly<Record<ConnectionException, string>> = {
  'custom-url':
    'The credential names an address that is not AWS\u2019s own: whoever runs it could read the keys sent there',
  'custom-ca':
    'A certificate authority of your own is trusted for AWS: whoever holds it could read the keys',
  'public-roots':
    'This Region is trusted by the public list of certificate authorities, not by Amazon\u2019s own',
  'host-not-validated':
    'The host name of the server is not checked: whoever holds any certificate of that authority could read the keys',
  proxy: 'A proxy stands between this computer and AWS',
};

/** What a person must read first where keys would go to an address that is not AWS's own. */
export function exceptionLines(connection: CloudConnection | null): string[] {
  return (connection?.exceptions ?? []).map((exception) => exceptionWords[exception]);
}
