import type { Json } from '../../../shared/model/json.ts';

/**
 * JSON with one spelling per value: keys sorted by UTF-16 units, no spaces, safe integers only, no
 * lone surrogates. What is signed or hashed is this text in UTF-8.
 * @throws RangeError on a number or a string that has no such spelling.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw new RangeError('only safe integers have a canonical spelling');
    }
    return String(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new RangeError('text with lone surrogates');
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => {
      const member = value[key];
      if (member === undefined) throw new RangeError('undefined has no canonical spelling');
      return `${canonicalJson(key)}:${canonicalJson(member)}`;
    });
  return `{${members.join(',')}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
