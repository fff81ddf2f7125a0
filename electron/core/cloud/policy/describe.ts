import type { Condition, KeyPolicy, NameList, Principals, Statement } from './policy.ts';

/** The policy in plain sentences, one per statement, in its order. */
export const describePolicy = (policy: KeyPolicy): readonly string[] =>
  policy.statements.map(describeStatement);

/** `Allows user kms-push of account 111122223333 to do kms:Encrypt and kms:Decrypt, if …` */
export function describeStatement(statement: Statement): string {
  const { number, sid, effect, principals, actions, conditions } = statement;
  const head = sid === null ? `${number}.` : `${number}. ${sid}:`;
  const verb = effect === 'Allow' ? 'Allows' : 'Forbids';
  const when = conditions.length === 0 ? '' : `, if ${andList(conditions.map(conditionText))}`;
  return `${head} ${verb} ${principalText(principals)} ${actionText(actions)}${where(statement)}${when}.`;
}

function principalText({ except, groups }: Principals): string {
  const names = groups.flatMap(({ kind, names: each }) => each.map((name) => nameText(kind, name)));
  return except ? `everybody except ${andList(names)}` : andList(names);
}

function nameText(kind: string, name: string): string {
  if (name === '*') return 'anybody';
  if (kind === 'Service') return `the AWS service ${name}`;
  if (kind !== 'AWS') return `${kind} ${name}`;
  if (/^\d{12}$/.test(name)) return accountText(name);
  const arn = /^arn:[a-z-]+:(?:iam|sts)::(\d{12}):(?:(root)|([a-z-]+)\/(.+))$/.exec(name);
  if (!arn) return `a deleted user or role (${name})`;
  const [, account = '', root, kindOfName = '', rest = ''] = arn;
  return root === undefined ? `${kindOfName} ${rest} of account ${account}` : accountText(account);
}

const accountText = (account: string): string =>
  `account ${account} (whoever its IAM policies let)`;

function actionText({ except, names }: NameList): string {
  const all = names.some((name) => name === '*' || name.toLowerCase() === 'kms:*');
  if (except) return `to do everything except ${andList(names)}`;
  return all ? 'to do everything with this key' : `to do ${andList(names)}`;
}

function where({ resources }: Statement): string {
  if (!resources.except && resources.names.includes('*')) return '';
  return resources.except
    ? `, on everything except ${andList(resources.names)}`
    : `, on ${andList(resources.names)}`;
}

const conditionText = ({ operator, key, values }: Condition): string =>
  `${key} ${spokenOperator(operator)} ${orList(values)}`;

const operators: Readonly<Record<string, string>> = {
  StringEquals: 'is',
  StringNotEquals: 'is not',
  StringEqualsIgnoreCase: 'is (in any case)',
  StringLike: 'is like',
  StringNotLike: 'is not like',
  ArnEquals: 'is',
  ArnLike: 'is like',
  ArnNotEquals: 'is not',
  ArnNotLike: 'is not like',
  Bool: 'is',
  IpAddress: 'is in',
  NotIpAddress: 'is not in',
  Null: 'is absent:',
};

const spokenOperator = (operator: string): string => operators[operator] ?? operator;

const andList = (parts: readonly string[]): string => joined(parts, 'and');
const orList = (parts: readonly string[]): string => joined(parts, 'or');

function joined(parts: readonly string[], word: string): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} ${word} ${last}`;
}
