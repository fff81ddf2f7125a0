import type { PolicyStatement } from './document.ts';

/** What a request says about itself, by condition key in lower case. */
export type RequestFacts = Readonly<Record<string, readonly string[]>>;

const PATTERNS = new Map<string, RegExp>();
const MAX_PATTERNS = 512;

function patternOf(pattern: string): RegExp {
  const known = PATTERNS.get(pattern);
  if (known !== undefined) return known;
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  const made = new RegExp(`^${source}$`, 's');
  if (PATTERNS.size >= MAX_PATTERNS) PATTERNS.clear();
  PATTERNS.set(pattern, made);
  return made;
}

/** Matches `*` and `?` as policies use them. */
export const matchesPattern = (pattern: string, text: string): boolean =>
  pattern === '*' || (/[*?]/.test(pattern) ? patternOf(pattern).test(text) : pattern === text);

type Test = (wanted: string, found: string) => boolean;

const same: Test = (wanted, found) => wanted === found;
const sameIgnoringCase: Test = (wanted, found) => wanted.toLowerCase() === found.toLowerCase();
const numeric =
  (compare: (found: number, wanted: number) => boolean): Test =>
  (wanted, found) =>
    compare(Number(found), Number(wanted));

const POSITIVE: Readonly<Record<string, Test>> = {
  StringEquals: same,
  StringEqualsIgnoreCase: sameIgnoringCase,
  StringLike: matchesPattern,
  ArnEquals: matchesPattern,
  ArnLike: matchesPattern,
  Bool: sameIgnoringCase,
  NumericEquals: numeric((found, wanted) => found === wanted),
  NumericLessThan: numeric((found, wanted) => found < wanted),
  NumericLessThanEquals: numeric((found, wanted) => found <= wanted),
  NumericGreaterThan: numeric((found, wanted) => found > wanted),
  NumericGreaterThanEquals: numeric((found, wanted) => found >= wanted),
};

const NEGATIVE: Readonly<Record<string, Test>> = {
  StringNotEquals: same,
  StringNotEqualsIgnoreCase: sameIgnoringCase,
  StringNotLike: matchesPattern,
  ArnNotEquals: matchesPattern,
  ArnNotLike: matchesPattern,
  NumericNotEquals: numeric((found, wanted) => found === wanted),
};

type Answer = boolean | 'unknown';

function testOne(operator: string, found: readonly string[], wanted: readonly string[]): Answer {
  const ifExists = operator.endsWith('IfExists');
  let name = ifExists ? operator.slice(0, -'IfExists'.length) : operator;
  if (name === 'Null') return (found.length === 0) === (wanted[0]?.toLowerCase() === 'true');
  if (ifExists && found.length === 0) return true;
  const all = name.startsWith('ForAllValues:');
  name = name.replace(/^For(?:AllValues|AnyValue):/, '');
  const positive = POSITIVE[name];
  if (positive !== undefined) {
    const hit = (value: string) => wanted.some((want) => positive(want, value));
    return all ? found.every(hit) : found.some(hit);
  }
  const negative = NEGATIVE[name];
  if (negative === undefined) return 'unknown';
  return found.every((value) => !wanted.some((want) => negative(want, value)));
}

/**
 * True when every condition of the statement holds. A condition that this evaluator does not
 * know is taken in the strict sense: an Allow does not apply, a Deny does.
 */
export function conditionsHold(statement: PolicyStatement, facts: RequestFacts): boolean {
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, wanted] of Object.entries(keys)) {
      const answer = testOne(operator, facts[key.toLowerCase()] ?? [], wanted);
      if (answer === 'unknown' ? statement.Effect === 'Allow' : !answer) return false;
    }
  }
  return true;
}
