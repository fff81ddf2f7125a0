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

const living = new Map<Witness, Shown[]>();
/** Hosts that ended within the test that is running. */
let ended: string[] = [];

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
  ended.push(`${toldBy(witness)}\n${linesOf(witness)}`);
  living.delete(witness);
}

export const forgetEnded = (): void => {
  ended = [];
};

/** What there is to be said of every host that runs, or ran in this test, and of its pages. */
export async function lastWords(): Promise<string> {
  const told = [...ended];
  for (const [witness, pages] of living) {
    told.push(toldBy(witness), linesOf(witness));
    for (const { page } of pages) told.push(await shownBy(page));
  }
  return told.join('\n');
}

function toldBy({ name, pid, state, complained }: Witness): string {
  return [
    `--- ${name}, process ${pid}`,
    section('processes', processesBelow(pid)),
    section('log', logOf(state)),
    section('standard error', complained()),
  ].join('\n');
}

const linesOf = (witness: Witness): string =>
  (living.get(witness) ?? [])
    .map(({ page, lines }) => section(`line of ${page.url().split('#')[0]}`, lines.join('\n')))
    .join('\n');

async function shownBy(page: Page): Promise<string> {
  if (page.isClosed()) return section('page', 'it is closed');
  try {
    const focus = `document.activeElement?.outerHTML.slice(0, 200) ?? 'nothing'`;
    const text = await page.locator('body').innerText({ timeout: 5_000 });
    return [
      section('page, from its top', text.split('\n').slice(0, most).join('\n')),
      section('has the focus', String(await page.evaluate(focus))),
    ].join('\n');
  } catch (error) {
    return section('page', `it does not answer: ${String(error)}`);
  }
}

const section = (title: string, text: string): string =>
  `${title}:\n${text.trimEnd().split('\n').slice(-most).join('\n')}`;

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
