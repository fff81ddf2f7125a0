/**
 * Prints JSON in the layout in which AWS returns key policies: two spaces of indent, a space
 * before the colon, lists on one line with their brackets. A client that compares policy texts
 * byte for byte fails against AWS, so it shall fail here too.
 */
export function layoutPolicy(value: unknown, depth = 0): string {
  const indent = '  '.repeat(depth + 1);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[ ]';
    return `[ ${value.map((item) => layoutPolicy(item, depth)).join(', ')} ]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return '{ }';
    const lines = entries.map(
      ([name, entry]) => `${indent}${JSON.stringify(name)} : ${layoutPolicy(entry, depth + 1)}`,
    );
    return `{\n${lines.join(',\n')}\n${'  '.repeat(depth)}}`;
  }
  return JSON.stringify(value);
}
