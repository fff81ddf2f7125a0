const patterns = new Map<string, RegExp>();
const maxPatterns = 512;

const escaped = (text: string): string => text.replaceAll(/[.+^${}()|[\]\\*?]/g, String.raw`\$&`);

/** `*` and `?` as policies use them; everything else stands for itself. */
const patternSource = (pattern: string): string =>
  pattern
    .split(/(\*+|\?)/)
    .map((part) => (part === '?' ? '.' : part.startsWith('*') ? '.*' : escaped(part)))
    .join('');

function patternOf(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(`^${patternSource(pattern)}$`, 's');
  if (patterns.size >= maxPatterns) patterns.clear();
  patterns.set(pattern, made);
  return made;
}

const isPattern = (text: string): boolean => text.includes('*') || text.includes('?');

/** Matches `*` and `?` as policies use them. */
const matchesPattern = (pattern: string, text: string): boolean =>
  pattern === '*' || (isPattern(pattern) ? patternOf(pattern).test(text) : pattern === text);

/** Actions are compared without regard to case. */
export const matchesAction = (pattern: string, action: string): boolean =>
  matchesPattern(pattern.toLowerCase(), action.toLowerCase());

const arnPartCount = 6;

function arnParts(text: string): string[] {
  const parts = text.split(':');
  return [...parts.slice(0, arnPartCount - 1), parts.slice(arnPartCount - 1).join(':')];
}

/** Each of the six parts of an ARN is compared by itself: a wildcard does not reach over a colon. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const [wanted, found] = [arnParts(pattern), arnParts(arn)];
  return (
    wanted.length === found.length &&
    wanted.every((part, index) => matchesPattern(part, found[index] ?? ''))
  );
}

/** A text in which every character stands for itself when it is read as a pattern part. */
export interface Resolved {
  readonly text: string;
  matches(candidate: string): boolean;
}

const variable = /\$\{([^}]*)\}/g;

/** One variable's own text: `${*}`, `${?}` and `${$}` are the signs themselves. */
function valueOf(name: string, find: (key: string) => readonly string[]): string | undefined {
  if (['*', '?', '$'].includes(name)) return name;
  const [, key = '', fallback] = /^([^,]+?)\s*(?:,\s*'([^']*)')?$/.exec(name.trim()) ?? [];
  const values = find(key.toLowerCase());
  return values.length === 1 ? values[0] : fallback;
}

/**
 * Puts a request's values in place of policy variables. Undefined when one has no value: then the
 * text matches nothing. What a variable brings in is never read as a wildcard. `find` is null for
 * policies of a version without variables.
 */
export function resolveVariables(
  pattern: string,
  find: ((key: string) => readonly string[]) | null,
): Resolved | undefined {
  if (find === null || !pattern.includes('${')) {
    return { text: pattern, matches: (candidate) => matchesPattern(pattern, candidate) };
  }
  let text = '';
  let source = '';
  let from = 0;
  for (const found of pattern.matchAll(variable)) {
    const plain = pattern.slice(from, found.index);
    const value = valueOf(found[1] ?? '', find);
    if (value === undefined) return undefined;
    text += plain + value;
    source += patternSource(plain) + escaped(value);
    from = found.index + found[0].length;
  }
  const rest = pattern.slice(from);
  const expression = new RegExp(`^${source}${patternSource(rest)}$`, 's');
  return { text: text + rest, matches: (candidate) => expression.test(candidate) };
}
