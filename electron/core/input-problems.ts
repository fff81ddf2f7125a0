import type { z } from 'zod';
import type { SafeDetails } from '../../shared/errors/operation-error.ts';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const maximumProblems = 10;

/** What is counted, by what has the size. Anything else is compared itself. */
const units: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
};

function sized(origin: string, limit: number | bigint): string {
  const unit = units[origin];
  return unit === undefined ? `${limit}` : `${limit} ${unit[Number(limit) === 1 ? 0 : 1]}`;
}

const needed: Readonly<Record<string, string>> = {
  string: 'text is needed',
  number: 'a number is needed',
  int: 'a whole number is needed',
  boolean: 'yes or no is needed',
  array: 'a list is needed',
};

/** A rule of a schema in plain words; rules with words of their own keep them. */
function inWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'too_big':
      return issue.inclusive === false
        ? `less than ${sized(issue.origin, issue.maximum)}`
        : `at most ${sized(issue.origin, issue.maximum)}`;
    case 'too_small':
      if (issue.origin === 'string' && Number(issue.minimum) === 1) return 'it is empty';
      return issue.inclusive === false
        ? `more than ${sized(issue.origin, issue.minimum)}`
        : `at least ${sized(issue.origin, issue.minimum)}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      if (issue.input === undefined) return 'it is missing';
      return needed[issue.expected] ?? 'it is not of the right kind';
    case 'unrecognized_keys':
      return `not known here: ${issue.keys.join(', ')}`;
    case 'invalid_union':
    case 'invalid_format':
      return 'it is not written as it has to be';
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_key':
    case 'invalid_element':
      return 'an entry of it is not right';
    case 'custom':
      return undefined;
  }
}

/**
 * Holds an input against its schema.
 * @returns The input as its schema reads it, or what is wrong with it: field paths and rules, never
 *   values, for an input may hold a secret in the wrong field.
 */
export function readInput<T extends z.ZodType>(
  schema: T,
  input: unknown,
): { readonly data: z.output<T> } | { readonly wrong: SafeDetails } {
  const parsed = schema.safeParse(input, { error: inWords });
  if (parsed.success) return { data: parsed.data };
  const problems = parsed.error.issues.slice(0, maximumProblems).map(({ path, message }) => {
    const field = path.map(String).join('.');
    return field === '' ? message : `${field}: ${message}`;
  });
  return { wrong: { problems } };
}
