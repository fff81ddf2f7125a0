const jsonToken = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

/**
 * The first member that one object of a JSON text has twice; undefined when there is none. JSON.parse
 * takes the last of them in silence. The text must be valid JSON.
 */
export function repeatedMember(text: string): string | undefined {
  const open: Set<unknown>[] = [];
  let latest = '';
  for (const [token] of text.matchAll(jsonToken)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') latest = token;
    else {
      // As it is meant: an escaped letter is still that letter.
      const name = JSON.parse(latest) as string;
      if (open.at(-1)?.has(name) === true) return name;
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}
