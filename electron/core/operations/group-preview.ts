import type { z } from 'zod';
import { type groupDraft, groupFields, type groupOps } from '../../../shared/contract/group.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { addSpan } from '../../../shared/model/span.ts';
import { describePolicy } from '../cloud/policy/describe.ts';
import { canStillImport, wouldLockOut } from '../cloud/policy/evaluate.ts';
import { importPolicy, type ImportedPolicy } from '../cloud/policy/import.ts';
import { fixedByKeys } from '../jobs/kinds/plan-group-change.ts';
import { keptName } from '../keystore/names.ts';
import type { Credential, Group } from '../keystore/rows.ts';
import { groupSentence } from '../keystore/views.ts';
import type { OpenKeystore } from './context.ts';
import { aliasFrom } from './group-alias.ts';
import { askedKind, cannotCarry, kindShown } from './group-kind.ts';
import { type TemplateProblem, templateProblems } from './group-template.ts';
import { remarks } from './group-view.ts';

type Draft = z.output<typeof groupDraft>;
type Preview = z.output<typeof groupOps.preview.output>;
type Fields = Omit<z.output<typeof groupFields>, 'credential' | 'alias'> & {
  readonly credential: string | null;
  readonly alias: string | undefined;
};

/** Says what a group with these fields would be and do. Only an unknown group is a failure. */
export function previewGroup(open: OpenKeystore, draft: Draft, reference: string | null): Preview {
  const group = reference === null ? null : open.references.group(reference);
  const { folder: place, ...given } = draft;
  const { fields, problems } = checked(startOf(group), given);
  const found = problems as TemplateProblem[];
  // The kind of its keys stays as the group was made.
  const asked = askedKind(group === null ? fields : kindShown(group));
  if (asked.problem) found.push(asked.problem);
  const credential = named(found, 'credential', () => credentialOf(open, fields, group));
  const folder = named(found, 'folder', () => folderOf(open, place, group));
  const alias = fields.alias ?? named(found, 'alias', () => madeFrom(fields.name)) ?? '';
  const account = group?.account ?? credential?.account ?? null;
  const whole = {
    ...fields,
    ...asked.kind,
    id: group?.id ?? '',
    name: keptName(fields.name),
    folderId: folder ?? null,
    credentialId: credential?.id ?? '',
    alias,
    account,
    materialDays: fields.awsDeletesMaterialAfterDays,
    disableAfter: fields.disableAfterRotating,
    nextRotationAt: null,
  };
  const now = open.clock.now();
  found.push(...together(open, whole, { group, credential: credential ?? null }));
  return {
    sentence: groupSentence(whole, open.hsmTitle, hasKeys(open, group)),
    alias,
    firstRotationAt: fields.rotate ? addSpan(from(open, group, now), fields.rotateEvery) : null,
    remarks: remarks(whole, now),
    policy: fields.policy === null ? null : readPolicy(fields.policy, credential ?? null),
    problems: onceEach(found).map(({ field, error }) => ({ field, failure: error.toFailure() })),
  };
}

/** What stays where the draft says nothing: the group as it is, or what a new one starts with. */
function startOf(group: Group | null): Fields {
  if (group === null) {
    const fresh = groupFields.parse({ name: 'new', credential: 'none', region: 'eu-west-1' });
    return { ...fresh, name: '', region: '', credential: null, alias: undefined };
  }
  return {
    ...group,
    ...kindShown(group),
    credential: group.credentialId,
    awsDeletesMaterialAfterDays: group.materialDays,
    disableAfterRotating: group.disableAfter,
  };
}

/** Takes over what fits; what does not is named, and the start stays in its place. */
function checked(
  start: Fields,
  draft: Omit<Draft, 'folder'>,
): { fields: Fields; problems: readonly TemplateProblem[] } {
  const problems: TemplateProblem[] = [];
  const fields: Record<string, unknown> = { ...start };
  for (const [field, value] of Object.entries(draft)) {
    if (value === undefined) continue;
    if (value === null || (typeof value === 'string' && value.trim() === '')) {
      if (field in missing) {
        problems.push(unfit(field, missing[field] ?? ''));
        continue;
      }
    }
    const shape = groupFields.shape[field as keyof typeof groupFields.shape];
    const result = shape.safeParse(value);
    if (result.success) fields[field] = result.data;
    else problems.push(unfit(field, ruleFor(field, result.error.issues[0])));
  }
  return { fields: fields as unknown as Fields, problems };
}

function ruleFor(field: string, issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'custom') return issue.message;
  return rules[field] ?? issue?.message ?? '';
}

/** In words, where the schema only knows numbers. */
const rules: Readonly<Record<string, string>> = {
  name: 'at most 255 characters',
  description: 'at most 4,096 characters',
  rotateEvery: 'a whole number from 1 to 3,650',
  keepValidFor: 'a whole number from 1 to 3,650',
  awsDeletesMaterialAfterDays: 'a whole number of days from 1 to 365',
  disableWaitDays: 'a whole number of days from 0 to 365',
  policy: 'larger than the 32 KB that AWS takes',
};

const missing: Readonly<Record<string, string>> = {
  name: 'give the group a name',
  credential: 'select a credential',
  region: 'choose a Region',
};

const unfit = (field: string, problem: string): TemplateProblem => ({
  field,
  error: new OperationError('BAD_INPUT', { field, problem }),
});

/** A part that may fail by itself: its failure is a problem of its field. */
function named<T>(problems: TemplateProblem[], field: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    problems.push({ field, error });
    return undefined;
  }
}

function credentialOf(open: OpenKeystore, fields: Fields, group: Group | null): Credential | null {
  if (fields.credential === null) return null;
  const credential = open.references.credential(fields.credential);
  const { account } = credential;
  if (group?.account != null && account !== null && account !== group.account) {
    throw new OperationError('ACCOUNT_MISMATCH', {
      group: group.name,
      bound: group.account,
      credential: account,
    });
  }
  return credential;
}

function folderOf(
  open: OpenKeystore,
  place: string | null | undefined,
  group: Group | null,
): string | null {
  if (place === undefined) return group?.folderId ?? null;
  return place === null ? null : open.references.folder(place).id;
}

const hasKeys = (open: OpenKeystore, group: Group | null): boolean =>
  group !== null && open.keys.ofGroup(group.id).length > 0;

const madeFrom = (name: string): string => (name.trim() === '' ? '' : aliasFrom(name));

/** What the fields mean together, and with what is in the keystore already. */
function together(
  open: OpenKeystore,
  whole: Parameters<typeof templateProblems>[0] &
    Parameters<OpenKeystore['groups']['taken']>[0] &
    Pick<Group, 'storage' | 'keySpec'>,
  { group, credential }: { group: Group | null; credential: Credential | null },
): readonly TemplateProblem[] {
  const problems = templateProblems(whole).filter(
    ({ field }) => field !== 'region' || whole.region !== '',
  );
  const taken = open.groups.taken(whole);
  if (taken.name && whole.name !== '') problems.push({ field: 'name', error: taken.name });
  if (taken.alias && whole.alias !== '') problems.push({ field: 'alias', error: taken.alias });
  const fixed = group && fixedIn(open, group, whole);
  if (fixed) problems.push({ field: String(fixed.details['field']), error: fixed });
  if (group === null && whole.storage === 'hsm' && open.hsmTitle === null) {
    problems.push({ field: 'storage', error: new OperationError('HSM_NOT_ATTACHED') });
  }
  const uncarried = group === null ? cannotCarry(open, whole) : null;
  if (uncarried) problems.push({ field: 'keyType', error: uncarried });
  void credential;
  return problems;
}

/** What the group's keys do not let change; fields that a form leaves out are as the group has them. */
const fixedIn = (open: OpenKeystore, group: Group, whole: Partial<Group>): OperationError | null =>
  fixedByKeys(
    group,
    { ...group, ...whole },
    open.keys.ofGroup(group.id).length,
    open.keys.currentOf(group.id)?.remote ?? null,
  );

function onceEach(problems: readonly TemplateProblem[]): readonly TemplateProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ field }) => !seen.has(field) && seen.add(field));
}

const from = (open: OpenKeystore, group: Group | null, now: number): number =>
  (group && open.keys.newestUsed(group.id)?.madeAt) ?? now;

/** Null for a policy that cannot be read: what is wrong with it is among the problems. */
function readPolicy(text: string, credential: Credential | null): Preview['policy'] {
  const imported = readable(text);
  if (imported === null) return null;
  const { policy, bytes } = imported;
  const outlook = credential?.principalArn ? canStillImport(policy, credential.principalArn) : null;
  return {
    bytes,
    statements: policy.statements.length,
    reading: [...describePolicy(policy)],
    warnings: [...imported.remarks, ...policyWarnings(imported, credential)],
    add: outlook?.add ? JSON.stringify(outlook.add, null, 2) : null,
  };
}

function readable(text: string): ImportedPolicy | null {
  try {
    return importPolicy(Buffer.from(text, 'utf8'));
  } catch (error) {
    if (error instanceof OperationError) return null;
    throw error;
  }
}

function policyWarnings({ policy }: ImportedPolicy, credential: Credential | null): string[] {
  if (credential === null) return [];
  const who = credential.principalArn;
  if (who === null)
    return [
      `${credential.name} was not tested yet: whether this policy lets it import again is not known.`,
    ];
  const { refused, deniedBy, verdict } = canStillImport(policy, who);
  const lines: string[] = [];
  if (wouldLockOut(policy, who))
    lines.push(`${who} could not change this policy any more: AWS refuses such a policy.`);
  if (refused.length > 0)
    lines.push(
      `The policy does not let ${who} import again: Synchronize would be refused. It needs ${refused.join(', ')}.`,
    );
  if (deniedBy.length > 0) lines.push(`Statement ${deniedBy.join(', ')} forbids it.`);
  if (verdict === 'unsure')
    lines.push(
      'A condition decides whether the credential can import again: try Synchronize once while the key is not in use.',
    );
  return lines;
}
