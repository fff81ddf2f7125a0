import { OperationError, type SafeDetails } from '../../../../shared/errors/operation-error.ts';
import { JsonProblem, type Node, readJson } from './json-reader.ts';
import {
  type Condition,
  type KeyPolicy,
  largestPolicy,
  type NameList,
  type Principals,
  type Statement,
} from './policy.ts';

const invalid = (problem: string, details: SafeDetails = {}): OperationError =>
  new OperationError('POLICY_INVALID', { problem, ...details });

/** Where a part of the policy stands, for messages. */
interface Where {
  readonly statement?: number;
}

const at = (node: Node, where: Where): SafeDetails => ({
  line: node.line,
  ...(where.statement === undefined ? {} : { statement: where.statement }),
});

/** What importing a policy file gives: its text as it goes to AWS, and what it says. */
export interface ImportedPolicy {
  readonly text: string;
  readonly bytes: number;
  readonly policy: KeyPolicy;
  /** Nothing AWS would refuse, but something a person should look at. */
  readonly remarks: readonly string[];
}

/**
 * Reads a policy file.
 * @throws OperationError POLICY_INVALID with the problem, the line and where it can be said the statement
 */
export function importPolicy(file: Uint8Array): ImportedPolicy {
  if (file.length > largestPolicy) {
    throw invalid('larger than the 32 KB that AWS takes', { bytes: file.length });
  }
  const text = decode(file);
  const policy = parsePolicy(text);
  return { text, bytes: Buffer.byteLength(text), policy, remarks: remarksOn(policy) };
}

function decode(file: Uint8Array): string {
  try {
    // drops a byte order mark, which AWS would refuse
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch (cause) {
    throw new OperationError('POLICY_INVALID', { problem: 'not UTF-8 text' }, { cause });
  }
}

/** Reads policy text. @throws OperationError POLICY_INVALID */
export function parsePolicy(text: string): KeyPolicy {
  const root = readRoot(text);
  if (root.type !== 'object') throw invalid('a policy is one JSON object', at(root, {}));
  checkFields(root, ['Version', 'Id', 'Statement'], {});
  const statements = root.fields.get('Statement');
  if (statements === undefined) throw invalid('no Statement', at(root, {}));
  const list = statements.type === 'array' ? statements.items : [statements];
  if (list.length === 0) throw invalid('no statement in Statement', at(statements, {}));
  return {
    version: versionOf(root),
    id: optionalText(root, 'Id', {}),
    statements: list.map((node, index) => statementOf(node, index + 1)),
  };
}

function readRoot(text: string): Node {
  try {
    return readJson(text);
  } catch (cause) {
    if (!(cause instanceof JsonProblem)) throw cause;
    const { line, column } = cause;
    throw new OperationError('POLICY_INVALID', { problem: cause.message, line, column }, { cause });
  }
}

type ObjectNode = Extract<Node, { type: 'object' }>;

function checkFields(node: ObjectNode, known: readonly string[], where: Where): void {
  for (const [name, field] of node.fields) {
    if (known.includes(name)) continue;
    const meant = known.find((each) => each.toLowerCase() === name.toLowerCase());
    const hint = meant === undefined ? {} : { meant };
    throw invalid('a field that a policy does not have', {
      ...at(field, where),
      field: name.slice(0, 64),
      ...hint,
    });
  }
}

function versionOf(root: ObjectNode): string {
  const node = root.fields.get('Version');
  // AWS reads a policy without one by the rules of 2008
  if (node === undefined) return '2008-10-17';
  if (node.type === 'string' && (node.text === '2012-10-17' || node.text === '2008-10-17'))
    return node.text;
  throw invalid('Version must be "2012-10-17" or "2008-10-17"', at(node, {}));
}

function optionalText(node: ObjectNode, name: string, where: Where): string | null {
  const field = node.fields.get(name);
  if (field === undefined) return null;
  if (field.type !== 'string') throw invalid(`${name} must be text`, at(field, where));
  return field.text;
}

function statementOf(node: Node, number: number): Statement {
  const where = { statement: number };
  if (node.type !== 'object') throw invalid('a statement is a JSON object', at(node, where));
  checkFields(
    node,
    [
      'Sid',
      'Effect',
      'Principal',
      'NotPrincipal',
      'Action',
      'NotAction',
      'Resource',
      'NotResource',
      'Condition',
    ],
    where,
  );
  const effect = optionalText(node, 'Effect', where);
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw invalid('Effect must be "Allow" or "Deny"', at(node.fields.get('Effect') ?? node, where));
  }
  return {
    number,
    sid: optionalText(node, 'Sid', where),
    effect,
    principals: principalsOf(node, where),
    actions: namesOf(node, 'Action', where, actionProblem),
    resources: namesOf(node, 'Resource', where, resourceProblem),
    conditions: conditionsOf(node, where),
  };
}

/** Exactly one of NAME and NotNAME. */
function either(node: ObjectNode, name: string, where: Where): { value: Node; except: boolean } {
  const plain = node.fields.get(name);
  const except = node.fields.get(`Not${name}`);
  if (plain !== undefined && except !== undefined) {
    throw invalid(`both ${name} and Not${name}`, at(except, where));
  }
  const value = plain ?? except;
  if (value === undefined) throw invalid(`neither ${name} nor Not${name}`, at(node, where));
  return { value, except: except !== undefined };
}

function texts(node: Node, what: string, where: Where): readonly string[] {
  const list = node.type === 'array' ? node.items : [node];
  if (list.length === 0) throw invalid(`${what} names nothing`, at(node, where));
  return list.map((item) => {
    if (item.type !== 'string' || item.text === '') {
      throw invalid(`${what} must be text or a list of texts`, at(item, where));
    }
    return item.text;
  });
}

function namesOf(
  node: ObjectNode,
  name: string,
  where: Where,
  problem: (text: string) => string | null,
): NameList {
  const { value, except } = either(node, name, where);
  const names = texts(value, name, where);
  for (const each of names) {
    const wrong = problem(each);
    if (wrong !== null) throw invalid(wrong, { ...at(value, where), value: each.slice(0, 128) });
  }
  return { except, names };
}

const actionProblem = (text: string): string | null =>
  text === '*' || /^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$/.test(text)
    ? null
    : 'not an action like kms:Decrypt';

const resourceProblem = (text: string): string | null =>
  text === '*' || /^arn:[^\s]+$/.test(text) ? null : 'a resource is "*" or an ARN';

const principalKinds: readonly string[] = ['AWS', 'Service', 'Federated', 'CanonicalUser'];

function principalsOf(node: ObjectNode, where: Where): Principals {
  const { value, except } = either(node, 'Principal', where);
  if (value.type === 'string') {
    if (value.text !== '*')
      throw invalid('Principal is "*" or an object such as {"AWS": …}', at(value, where));
    return { except, groups: [{ kind: 'AWS', names: ['*'] }] };
  }
  if (value.type !== 'object' || value.fields.size === 0) {
    throw invalid('Principal is "*" or an object such as {"AWS": …}', at(value, where));
  }
  checkFields(value, principalKinds, where);
  const groups = [...value.fields].map(([kind, field]) => {
    const names = texts(field, `Principal ${kind}`, where);
    const wrong = kind === 'AWS' ? names.find((name) => !isAwsPrincipal(name)) : undefined;
    if (wrong !== undefined) {
      throw invalid('not an account, an ARN of IAM or STS, or "*"', {
        ...at(field, where),
        value: wrong.slice(0, 128),
      });
    }
    return { kind, names };
  });
  return { except, groups };
}

/** Unique ids (AIDA…, AROA…) stand where a user or role was deleted; AWS gives them back on reading. */
const isAwsPrincipal = (name: string): boolean =>
  name === '*' ||
  /^\d{12}$/.test(name) ||
  /^A(IDA|ROA)[A-Z0-9]{12,124}$/.test(name) ||
  /^arn:[a-z-]+:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)\/[^\s*?]+)$/.test(
    name,
  );

function conditionsOf(node: ObjectNode, where: Where): readonly Condition[] {
  const condition = node.fields.get('Condition');
  if (condition === undefined) return [];
  if (condition.type !== 'object') throw invalid('Condition is an object', at(condition, where));
  const found: Condition[] = [];
  for (const [operator, keys] of condition.fields) {
    if (
      !/^((ForAllValues|ForAnyValue):)?[A-Z][A-Za-z]+$/.test(operator) ||
      keys.type !== 'object'
    ) {
      throw invalid('a condition is an operator with an object of keys', at(keys, where));
    }
    for (const [key, values] of keys.fields) {
      found.push({ operator, key, values: conditionValues(values, where) });
    }
  }
  return found;
}

function conditionValues(node: Node, where: Where): readonly string[] {
  const list = node.type === 'array' ? node.items : [node];
  return list.map((item) => {
    if (item.type === 'string') return item.text;
    if (item.type === 'plain' && item.value !== null) return String(item.value);
    throw invalid('a condition value is text, a number or true or false', at(item, where));
  });
}

function remarksOn(policy: KeyPolicy): readonly string[] {
  const remarks: string[] = [];
  if (policy.version === '2008-10-17') {
    remarks.push('Version is 2008-10-17 or absent: policy variables are not replaced.');
  }
  const sids = policy.statements.map(({ sid }) => sid).filter((sid) => sid !== null);
  const twice = sids.find((sid, index) => sids.indexOf(sid) !== index);
  if (twice !== undefined) remarks.push(`Two statements have the Sid "${twice}".`);
  for (const { number, effect, principals, conditions, resources } of policy.statements) {
    const anybody =
      principals.groups.some(({ names }) => names.includes('*')) && !principals.except;
    if (effect === 'Allow' && anybody && conditions.length === 0) {
      remarks.push(`Statement ${number} allows anybody, in any account.`);
    }
    if (effect === 'Allow' && principals.except) {
      remarks.push(`Statement ${number} allows everybody but those it names.`);
    }
    if (resources.except || !resources.names.includes('*')) {
      remarks.push(
        `Statement ${number} names a resource: in a key policy only "*" means this key.`,
      );
    }
  }
  return remarks;
}
