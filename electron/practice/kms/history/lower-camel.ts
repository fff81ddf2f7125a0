/** Member names as CloudTrail writes them: the first letter in lower case. */
export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** CloudTrail keeps the case of this one as the service spells it in some replies. */
const kept = new Set(['AWSAccountId']);

/** Maps whose names are the caller's own. */
const asGiven = new Set([
  'EncryptionContext',
  'SourceEncryptionContext',
  'DestinationEncryptionContext',
  'EncryptionContextSubset',
  'EncryptionContextEquals',
]);

/** The value of one member, by its own name. */
export const lowerCamelMember = (name: string, value: unknown): unknown =>
  asGiven.has(name) ? value : lowerCamel(value);

/** The same value with the names of all its structures in lower camel case. */
export function lowerCamel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerCamel);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [
    kept.has(name) ? name : lowerFirst(name),
    lowerCamelMember(name, item),
  ]);
  return Object.fromEntries(entries) as unknown;
}

const date = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  year: 'numeric',
  month: 'short',
  day: 'numeric',
});
const time = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
});

/** Dates within requests and replies, in CloudTrail's long form. Newer ICUs put thin spaces in. */
export function longDate(milliseconds: number): string {
  return `${date.format(milliseconds)}, ${time.format(milliseconds)}`.replaceAll(/\s/g, ' ');
}
