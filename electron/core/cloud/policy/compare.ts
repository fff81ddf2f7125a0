import { parsePolicy } from './import.ts';
import type { KeyPolicy, NameList, Principals, Statement } from './policy.ts';

/**
 * True when two policy texts say the same: spacing, the order of statements, of fields and of names
 * in lists, one name or a list of one, and an account number or its root ARN make no difference.
 * AWS gives a policy back re-spaced.
 * @throws OperationError POLICY_INVALID when one of them is no policy
 */
export const samePolicy = (a: string, b: string): boolean => canonical(a) === canonical(b);

/** One text for all ways of writing the same policy. @throws OperationError POLICY_INVALID */
export function canonical(text: string): string {
  const policy = parsePolicy(text);
  return JSON.stringify([policy.version, statementTexts(policy).sort()]);
}

export interface StatementDifference {
  /** Sid, or `statement N` where it has none. */
  readonly name: string;
  readonly how: 'added' | 'removed' | 'changed';
}

/** What `to` says differently from `from`, by statement. @throws OperationError POLICY_INVALID */
export function differingStatements(from: string, to: string): readonly StatementDifference[] {
  const before = parsePolicy(from);
  const after = parsePolicy(to);
  const beforeTexts = statementTexts(before);
  const afterTexts = statementTexts(after);
  const goneOrOther = before.statements.filter(
    (_, at) => !afterTexts.includes(beforeTexts[at] ?? ''),
  );
  const newOrOther = after.statements.filter(
    (_, at) => !beforeTexts.includes(afterTexts[at] ?? ''),
  );
  const isOther = (list: readonly Statement[], { sid }: Statement): boolean =>
    sid !== null && list.some((each) => each.sid === sid);
  const named = ({ sid, number }: Statement): string => sid ?? `statement ${number}`;
  const result: StatementDifference[] = [
    ...goneOrOther.map((each) => ({
      name: named(each),
      how: isOther(newOrOther, each) ? ('changed' as const) : ('removed' as const),
    })),
    ...newOrOther
      .filter((each) => !isOther(goneOrOther, each))
      .map((each) => ({ name: named(each), how: 'added' as const })),
  ];
  if (result.length > 0 || before.version === after.version) return result;
  return [{ name: 'Version', how: 'changed' }];
}

const statementTexts = (policy: KeyPolicy): string[] => policy.statements.map(statementText);

function statementText(statement: Statement): string {
  return JSON.stringify([
    statement.sid,
    statement.effect,
    principalTexts(statement.principals),
    // AWS does not look at the case of actions
    nameTexts(statement.actions, (name) => name.toLowerCase()),
    nameTexts(statement.resources, (name) => name),
    statement.conditions
      .map(({ operator, key, values }) =>
        JSON.stringify([operator.toLowerCase(), key.toLowerCase(), unique(values)]),
      )
      .sort(),
  ]);
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

const nameTexts = ({ except, names }: NameList, of: (name: string) => string) => [
  except,
  unique(names.map(of)),
];

const principalTexts = ({ except, groups }: Principals) => [
  except,
  unique(groups.flatMap(({ kind, names }) => names.map((name) => `${kind} ${rootOf(name)}`))),
];

/** AWS stores an account's number as the ARN of its root. The partition is left out of both. */
function rootOf(name: string): string {
  const root = /^arn:[a-z-]+:iam::(\d{12}):root$/.exec(name);
  return root?.[1] ?? name;
}
