import { BlockList, isIP } from 'node:net';
import { matchesArn } from './patterns.ts';

/** One comparison: what the policy wants, as text and as a pattern, against one value found. */
export type Comparison = (
  wanted: { readonly text: string; matches(found: string): boolean },
  found: string,
) => boolean;

const number =
  (compare: (found: number, wanted: number) => boolean): Comparison =>
  (wanted, found) =>
    compare(Number(found), Number(wanted.text));

/** ISO 8601, or seconds since 1970 as policies may also write it. */
const instant = (text: string): number =>
  /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);

const date =
  (compare: (found: number, wanted: number) => boolean): Comparison =>
  (wanted, found) =>
    compare(instant(found), instant(wanted.text));

const order = {
  Equals: (found: number, wanted: number) => found === wanted,
  LessThan: (found: number, wanted: number) => found < wanted,
  LessThanEquals: (found: number, wanted: number) => found <= wanted,
  GreaterThan: (found: number, wanted: number) => found > wanted,
  GreaterThanEquals: (found: number, wanted: number) => found >= wanted,
};

function inRange(range: string, address: string): boolean {
  const [base = '', bits] = range.split('/');
  const kind = isIP(base) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(base) === 0 || isIP(address) !== isIP(base)) return false;
  const list = new BlockList();
  if (bits === undefined) list.addAddress(base, kind);
  else list.addSubnet(base, Number(bits), kind);
  return list.check(address, kind);
}

const sameText: Comparison = (wanted, found) => wanted.text === found;
const sameLetters: Comparison = (wanted, found) =>
  wanted.text.toLowerCase() === found.toLowerCase();
const arn: Comparison = (wanted, found) => matchesArn(wanted.text, found);
const like: Comparison = (wanted, found) => wanted.matches(found);

const positiveComparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: sameText,
  StringEqualsIgnoreCase: sameLetters,
  StringLike: like,
  ArnEquals: arn,
  ArnLike: arn,
  Bool: sameLetters,
  BinaryEquals: sameText,
  IpAddress: (wanted, found) => inRange(wanted.text, found),
  ...Object.fromEntries(
    Object.entries(order).flatMap(([name, compare]) => [
      [`Numeric${name}`, number(compare)],
      [`Date${name}`, date(compare)],
    ]),
  ),
};

/** Each is true when the one that it is named after is not. */
const negativeComparisons: Readonly<Record<string, Comparison>> = {
  StringNotEquals: sameText,
  StringNotEqualsIgnoreCase: sameLetters,
  StringNotLike: like,
  ArnNotEquals: arn,
  ArnNotLike: arn,
  NotIpAddress: (wanted, found) => inRange(wanted.text, found),
  NumericNotEquals: number(order.Equals),
  DateNotEquals: date(order.Equals),
};

/** How a condition block's name is to be read. */
export interface Operator {
  readonly set: 'ForAllValues' | 'ForAnyValue' | null;
  readonly ifExists: boolean;
  /** Null: the operator `Null`, which looks at presence alone. */
  readonly compare: Comparison | null;
  readonly negative: boolean;
}

const operatorShape = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

function readOperator(name: string): Operator | undefined {
  const [, set, base = '', ifExists] = operatorShape.exec(name) ?? [];
  const shape = {
    set: (set as Operator['set'] | undefined) ?? null,
    ifExists: ifExists !== undefined,
  };
  if (base === 'Null') {
    return shape.ifExists || shape.set !== null
      ? undefined
      : { ...shape, compare: null, negative: false };
  }
  const positive = positiveComparisons[base];
  if (positive !== undefined) return { ...shape, compare: positive, negative: false };
  const negative = negativeComparisons[base];
  return negative === undefined ? undefined : { ...shape, compare: negative, negative: true };
}

const known = new Map<string, Operator | undefined>();
const maxKnown = 256;

/** Undefined for a name that IAM does not have. */
export function operatorOf(name: string): Operator | undefined {
  if (known.has(name)) return known.get(name);
  const operator = readOperator(name);
  if (known.size >= maxKnown) known.clear();
  known.set(name, operator);
  return operator;
}
