import type { z } from 'zod';

/** The first thing that is wrong, and where; values are not repeated, for they may be secrets. */
export function describeIssue(error: z.ZodError): string {
  const issue = deepest(error.issues[0]);
  if (issue === undefined) return 'it is wrong';
  const where = issue.path.map(String).join('.');
  return where === '' ? issue.message : `${where}: ${issue.message}`;
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

/**
 * Of the readings that a value could have had, the one that came furthest says most; of a name that
 * cannot be one, what is wrong with the name.
 */
function deepest(issue: z.core.$ZodIssue | undefined): Issue | undefined {
  if (issue?.code === 'invalid_key') {
    return { path: issue.path, message: issue.issues[0]?.message ?? issue.message };
  }
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors
    .map((each) => deepest(each[0]))
    .filter((each) => each !== undefined)
    .toSorted((a, b) => b.path.length - a.path.length)[0];
  return inner === undefined
    ? issue
    : { path: [...issue.path, ...inner.path], message: inner.message };
}
