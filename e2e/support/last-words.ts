import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** A host with what a failed test may have to be explained by. */
export interface Witness {
  readonly name: string;
  /** Of the process that was started; those below it are told of, too. */
  readonly pid: number;
  /** State folder: the log is in it. */
  readonly state: string;
  /** What it wrote to its standard error. */
  readonly complained: () => string;
}

interface Shown {
  readonly page: Page;
  /** When its line to the host was opened and closed. */
  readonly lines: string[];
}

/** So many lines of each log and page, and so many of what was complained. */
const most = 40;

/** One thing that was seen: a page, a log. */
interface Seen {
  readonly title: string;
  readonly lines: readonly string[];
}

const living = new Map<Witness, Shown[]>();
/** Hosts that ended within the test that is running. */
let ended: Seen[] = [];

export const liveOf = (witness: Witness): void => void living.set(witness, []);

/** A page belongs to a host: what it shows is told with that. */
export function pageOf(witness: Witness, page: Page): void {
  const lines: string[] = [];
  const note = (what: string): void => void lines.push(`${new Date().toISOString()} ${what}`);
  living.get(witness)?.push({ page, lines });
  page.on('websocket', (line) => {
    note('line opened');
    line.on('close', () => note('line closed'));
    line.on('socketerror', (error) => note(`line broke: ${error}`));
  });
  page.on('load', () => note('page loaded'));
  page.on('crash', () => note('page crashed'));
}

/** Before it is stopped: its folder may go with it. */
export function endOf(witness: Witness): void {
  if (!living.has(witness)) return;
  ended.push(...toldBy(witness), ...linesOf(witness));
  living.delete(witness);
}

export const forgetEnded = (): void => {
  ended = [];
};

/** All there is to see of every host that runs, or ran in this test, and of its pages. */
export async function look(): Promise<readonly Seen[]> {
  const seen = [...ended];
  for (const [witness, pages] of living) {
    seen.push(...toldBy(witness), ...linesOf(witness));
    for (const { page } of pages) seen.push(...(await shownBy(page)));
  }
  return seen;
}

/** What was seen, in whole. */
export const lastWords = (seen: readonly Seen[]): string => seen.map(told).join('\n');

/** How much of what is told where there is little room, the most telling first. */
const inShort: readonly (readonly [title: RegExp, lines: number])[] = [
  [/^has the focus/, 2],
  [/^in front/, 22],
  [/^page/, 12],
  [/^line of/, 4],
  [/^standard error/, 6],
  [/^log/, 14],
];

/** What was seen, in at most about 50 lines. The end of each, but of a page its top. */
export function lastWordsInShort(seen: readonly Seen[]): string {
  return inShort
    .flatMap(([title, most]) =>
      seen
        .filter((each) => title.test(each.title) && each.lines.some((line) => line !== ''))
        .slice(-2)
        .map((each, _at, { length }) => {
          const room = Math.ceil(most / length);
          const lines = each.lines.filter((line) => line.trim() !== '');
          const kept = /^(page|in front)/.test(each.title)
            ? lines.slice(0, room)
            : lines.slice(-room);
          return told({ title: each.title, lines: kept.map((line) => line.slice(0, 240)) });
        }),
    )
    .join('\n');
}

function toldBy({ name, pid, state, complained }: Witness): Seen[] {
  return [
    { title: `--- ${name}, process ${pid}`, lines: [] },
    section('processes', processesBelow(pid)),
    section('log', logOf(state)),
    section('standard error', complained()),
  ];
}

const linesOf = (witness: Witness): Seen[] =>
  (living.get(witness) ?? []).map(({ page, lines }) =>
    section(`line of ${page.url().split('#')[0]}`, lines.join('\n')),
  );

/** In the page: what the dialog on top says, else the work. */
const inFront = `[...document.querySelectorAll('[role=dialog], main')].at(-1)?.innerText ?? ''`;

async function shownBy(page: Page): Promise<Seen[]> {
  if (page.isClosed()) return [section('page', 'it is closed')];
  try {
    const focus = `document.activeElement?.outerHTML.slice(0, 200) ?? 'nothing'`;
    const text = await page.locator('body').innerText({ timeout: 5_000 });
    return [
      section('in front', String(await page.evaluate(inFront))),
      section('page, from its top', text.split('\n').slice(0, most).join('\n')),
      section('has the focus', String(await page.evaluate(focus))),
    ];
  } catch (error) {
    return [section('page', `it does not answer: ${String(error)}`)];
  }
}

const section = (title: string, text: string): Seen => ({
  title,
  lines: text.trimEnd().split('\n').slice(-most),
});

const told = ({ title, lines }: Seen): string =>
  title.startsWith('---') ? title : `${title}:\n${lines.join('\n')}`;

function logOf(state: string): string {
  try {
    return readFileSync(join(state, 'log', 'keyreeve.jsonl'), 'utf8');
  } catch (error) {
    return `not read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
  }
}

/** A process and all below it: id, parent, state, age, command. */
function processesBelow(pid: number): string {
  const columns = 'pid=,ppid=,stat=,etime=,args=';
  const { stdout, error } = spawnSync('ps', ['-eo', columns], { encoding: 'utf8' });
  if (error) return `not read: ${error.message}`;
  const all = stdout.split('\n').map((line) => ({ line, ids: line.trim().split(/\s+/) }));
  const family = new Set([String(pid)]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { ids } of all) if (family.has(ids[1] ?? '')) family.add(ids[0] ?? '');
  }
  const found = all.filter(({ ids }) => family.has(ids[0] ?? ''));
  return found.length === 0
    ? 'none is left'
    : found.map(({ line }) => line.slice(0, 160)).join('\n');
}
