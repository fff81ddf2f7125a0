/**
 * A transcript is a readable test of the command line:
 *
 *     needs /path          left out where that file is missing
 *     # a remark
 *     file pass            the lines up to `end` become a file (mode 0600) of the folder
 *     correct horse
 *     end
 *     keystore pass backups     a practice keystore, with the words of a file as its passphrase at the
 *                               least cost and, where one is named, a folder for its backups
 *     $ keyreeve group list --json       runs to its end; quotes as in sh
 *     < text                             a line for its standard input
 *     > expected line of standard output
 *     ! expected line of standard error
 *     = 0                                exit code (0 when not said)
 *     start daemon keyreeve daemon       runs on; waits for its first line of output
 *     stop daemon                        SIGTERM; `= n` may follow
 *     kill daemon                        SIGKILL
 *
 * In expected lines `<*>` stands for any text, `<name>` for any text without spaces, the same each
 * time and usable in later commands, and a line `...` for any number of lines. Without expected
 * lines a stream is not looked at; `> nothing` or `! nothing` asks for silence.
 */
export interface Step {
  readonly line: number;
  readonly kind: 'run' | 'start' | 'stop' | 'kill' | 'file' | 'keystore';
  /** Name of a started process or of a file. */
  readonly name: string;
  readonly words: readonly string[];
  readonly input: string;
  readonly stdout: readonly string[] | null;
  readonly stderr: readonly string[] | null;
  readonly exit: number | null;
}

type Draft = { -readonly [K in keyof Step]: Step[K] } & {
  stdout: string[] | null;
  stderr: string[] | null;
};

export function parseTranscript(text: string): Step[] {
  const steps: Draft[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    const [mark, rest] = splitOnce(line);
    const current = steps.at(-1);
    const draft = (kind: Step['kind'], name: string, words: readonly string[]): Draft => ({
      line: i + 1,
      kind,
      name,
      words,
      input: '',
      stdout: null,
      stderr: null,
      exit: null,
    });
    if (line.trim() === '' || mark === '#' || mark === 'needs') continue;
    if (mark === '$') steps.push(draft('run', '', words(rest)));
    else if (mark === 'keystore') steps.push(draft('keystore', '', words(rest)));
    else if (mark === 'start')
      steps.push(draft('start', words(rest)[0] ?? '', words(rest).slice(1)));
    else if (mark === 'stop' || mark === 'kill') steps.push(draft(mark, rest.trim(), []));
    else if (mark === 'file') {
      const end = lines.indexOf('end', i);
      if (end < 0) throw new Error(`line ${i + 1}: file without end`);
      steps.push({ ...draft('file', rest.trim(), []), input: lines.slice(i + 1, end).join('\n') });
      i = end;
    } else if (!current) throw new Error(`line ${i + 1}: nothing to expect of`);
    else if (mark === '<') current.input += `${rest}\n`;
    else if (mark === '=') current.exit = Number(rest);
    else if (mark === '>') (current.stdout ??= []).push(rest);
    else if (mark === '!') (current.stderr ??= []).push(rest);
    else if (line === '...') (current.stdout ??= []).push('...');
    else throw new Error(`line ${i + 1}: not understood: ${line}`);
  }
  return steps;
}

/** Files without which a transcript says nothing. */
export const needs = (text: string): string[] =>
  Array.from(text.matchAll(/^needs (\S+)$/gm), ([, path]) => path ?? '');

const splitOnce = (line: string): [string, string] => {
  const at = line.indexOf(' ');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
};

/** Words as sh would split them: spaces, "…" and '…'. */
export function words(text: string): string[] {
  return Array.from(text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g), ([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, a?: string, b?: string) => a ?? b ?? ''),
  );
}

/** Puts remembered values in place of `<name>`. Unknown names stay as they are. */
export const fill = (text: string, names: ReadonlyMap<string, string>): string =>
  text.replaceAll(/<([a-z][\w-]*)>/g, (whole, name: string) => names.get(name) ?? whole);

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Holds one line against an expected one; new names are remembered when it matches. */
function lineMatches(expected: string, actual: string, names: Map<string, string>): boolean {
  const fresh: string[] = [];
  const pattern = narrowed(fill(expected, names))
    .split(/(<\*>|<[a-z][\w-]*>)/)
    .map((part) => {
      if (part === '<*>') return '.*';
      const name = /^<([a-z][\w-]*)>$/.exec(part)?.[1];
      if (name === undefined) return escaped(part);
      if (fresh.includes(name)) return String.raw`\k<${group(name)}>`;
      fresh.push(name);
      return `(?<${group(name)}>[^\\s"]+?)`;
    })
    .join('');
  const found = new RegExp(`^${pattern}$`).exec(narrowed(actual));
  if (!found) return false;
  for (const name of fresh) names.set(name, found.groups?.[group(name)] ?? '');
  return true;
}

/** How wide a column is depends on what else is shown: any gap is a gap. */
const narrowed = (text: string): string => text.replaceAll(/ {2,}/g, '  ');

const group = (name: string): string => name.replaceAll('-', '_');

/** The first difference in words, or null. */
export function difference(
  expected: readonly string[] | null,
  actual: string,
  names: Map<string, string>,
): string | null {
  if (expected === null) return null;
  const lines = actual === '' ? [] : actual.replace(/\n$/, '').split('\n');
  const wanted = expected.length === 1 && expected[0] === 'nothing' ? [] : [...expected];
  let at = 0;
  for (let i = 0; i < wanted.length; i += 1) {
    const want = wanted[i] ?? '';
    if (want === '...') {
      const next = wanted[i + 1];
      if (next === undefined) return null;
      while (at < lines.length && !lineMatches(next, (lines[at] ?? '').trimEnd(), new Map(names)))
        at += 1;
      continue;
    }
    const got = lines[at];
    if (got === undefined || !lineMatches(want, got.trimEnd(), names)) {
      return `expected  ${fill(want, names)}\nbut came  ${got ?? '(nothing more)'}`;
    }
    at += 1;
  }
  return at < lines.length ? `more came: ${lines[at]}` : null;
}
