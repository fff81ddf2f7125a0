import type { OutputFor } from '../../../../shared/contract/index.ts';
import { instantOf } from '../../../../shared/model/instant.ts';
import type { Control } from './control.ts';

type Principal = OutputFor<'practice.principals'>['principals'][number];
type Explanation = OutputFor<'practice.explain'>;
type Denial = OutputFor<'practice.denials'>['denials'][number];

type Strings = string | readonly string[];
interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: Strings;
  readonly NotAction?: Strings;
  readonly Resource?: Strings;
  readonly NotResource?: Strings;
  readonly Condition?: unknown;
}
interface Document {
  readonly Statement?: Statement | readonly Statement[];
}
interface Holder {
  readonly name: string;
  readonly path?: string;
  readonly policies?: Readonly<Record<string, Document>>;
  readonly accessKeys?: readonly { readonly accessKeyId: string }[];
}
interface Account {
  readonly accountId: string;
  readonly rootAccessKeys?: readonly { readonly accessKeyId: string }[];
  readonly users?: readonly Holder[];
  readonly roles?: readonly Holder[];
}
export interface People {
  readonly accounts: readonly string[];
  readonly principals: { readonly accounts?: readonly Account[] };
}

const listOf = (value: Strings | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

const statementsOf = ({ Statement: found }: Document): readonly Statement[] =>
  found === undefined ? [] : Array.isArray(found) ? found : [found as Statement];

/** `Allows kms:CreateKey and 2 more, on everything.` */
function aloud(statement: Statement): string {
  const verb = statement.Effect === 'Deny' ? 'Forbids' : 'Allows';
  const except = statement.NotAction === undefined ? '' : 'everything except ';
  const actions = listOf(statement.Action ?? statement.NotAction).join(', ');
  const on = statement.NotResource === undefined ? '' : 'everything except ';
  const resources = listOf(statement.Resource ?? statement.NotResource);
  const where =
    on === '' && resources.includes('*') ? 'everything' : `${on}${resources.join(', ')}`;
  const when =
    statement.Condition === undefined ? '' : `, if ${JSON.stringify(statement.Condition)}`;
  const sid = statement.Sid === undefined ? '' : `${statement.Sid}: `;
  return `${sid}${verb} ${except}${actions} on ${where}${when}.`;
}

const idsOf = (keys: readonly { readonly accessKeyId: string }[] | undefined): string[] =>
  (keys ?? []).map(({ accessKeyId }) => accessKeyId);

function principalOf(account: string, kind: 'user' | 'role', holder: Holder): Principal {
  const policies = Object.entries(holder.policies ?? {});
  return {
    arn: `arn:aws:iam::${account}:${kind}${holder.path ?? '/'}${holder.name}`,
    account,
    kind,
    name: holder.name,
    accessKeyIds: idsOf(holder.accessKeys),
    policies: policies.map(([name, document]) => ({
      name,
      document: JSON.stringify(document, null, 2),
    })),
    reading: policies.flatMap(([, document]) => statementsOf(document).map(aloud)),
  };
}

/** Root of each account first, then its users and roles as the file has them. */
export function listPrincipals({ accounts, principals }: People): Principal[] {
  return accounts.flatMap((account) => {
    const written = principals.accounts?.find(({ accountId }) => accountId === account);
    const root: Principal = {
      arn: `arn:aws:iam::${account}:root`,
      account,
      kind: 'root',
      name: 'root',
      accessKeyIds: idsOf(written?.rootAccessKeys),
      policies: null,
      reading: ['Holds every IAM permission of the account.'],
    };
    return [
      root,
      ...(written?.users ?? []).map((user) => principalOf(account, 'user', user)),
      ...(written?.roles ?? []).map((role) => principalOf(account, 'role', role)),
    ];
  });
}

export const readPrincipals = async (control: Control): Promise<Principal[]> =>
  listPrincipals(await control.get<People>('/principals'));

/** Policy of a user or role that takes what is added here. */
const addedPolicy = 'added';

/** Adds one statement, to those that were added before. @throws OperationError PRACTICE_REFUSED */
export async function addStatement(
  control: Control,
  arn: string,
  statement: unknown,
): Promise<Principal[]> {
  const people = await readPrincipals(control);
  const before = people
    .find((each) => each.arn === arn)
    ?.policies?.find(({ name }) => name === addedPolicy);
  const others = before ? statementsOf(JSON.parse(before.document) as Document) : [];
  await control.post('/principals/policy', {
    principal: arn,
    name: addedPolicy,
    document: { Version: '2012-10-17', Statement: [...others, statement] },
  });
  return readPrincipals(control);
}

/** An explanation as the control port gives it. */
export interface Explained {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  readonly summary: string;
  readonly policies: readonly {
    readonly policy: string;
    readonly statements: readonly {
      readonly statement: number;
      readonly sid: string | null;
      readonly effect: string;
      readonly why: string;
    }[];
  }[];
  readonly grants: readonly { readonly grantId: string; readonly why: string }[];
  readonly wouldAllow: readonly {
    readonly where: string;
    readonly what: string;
    readonly add: object | null;
  }[];
}
export interface Refused extends Explained {
  readonly requestId: string;
  readonly time: string;
  readonly message: string;
}

const holder = /arn:aws[a-z-]*:iam::\d{12}:(?:user|role)\/\S+$/;

/** What the practice KMS found, policy by policy, as sentences that name the statement. */
export function viewExplanation(explained: Explained): Explanation {
  const { principal, action, resource, allowed, summary } = explained;
  return {
    principal,
    action,
    resource,
    allowed,
    summary,
    findings: [
      ...explained.policies.map(({ policy, statements }) => ({
        policy,
        says: statements.map(
          ({ statement, sid, effect, why }) =>
            `Statement ${statement}${sid === null ? '' : ` (${sid})`}, ${effect}: ${why}.`,
        ),
      })),
      ...explained.grants.map(({ grantId, why }) => ({
        policy: `grant ${grantId}`,
        says: [`${why}.`],
      })),
    ],
    wouldAllow: explained.wouldAllow.map(({ where, what, add }) => ({
      where,
      what,
      add: add === null ? null : JSON.stringify(add, null, 2),
      principal:
        add !== null && where.startsWith('an identity policy') && holder.test(where)
          ? (holder.exec(where)?.[0] ?? null)
          : null,
    })),
  };
}

export const viewRefusal = (refused: Refused): Denial => ({
  ...viewExplanation(refused),
  requestId: refused.requestId,
  at: instantOf(refused.time),
  message: refused.message,
});
