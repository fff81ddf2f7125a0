import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '../../kernel/test-clock.fixture.ts';
import { ports } from '../world.fixture.ts';
import { checkSegments } from './check-segments.ts';
import { goesOn, linkTo, type SegmentLink } from './link.ts';
import { writtenEnd } from './read-segments.ts';
import { lineHash, type SegmentHead } from './record.ts';
import { proxyRecord as record } from './record.fixture.ts';
import { AuditLog } from './segment.ts';

let scratch: string;
let original: string;
let folder: string;
let links: SegmentLink[];
let names: string[];

/** 40 records in four segments or so, linked at 12 and 30, as a proxy leaves them. */
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'keyreeve-segments-'));
  original = join(scratch, 'original');
  mkdirSync(original);
  const options = { folder: original, node: 'one', segmentBytes: 4_000 };
  const log = await AuditLog.open(ports(new TestClock(0)), options);
  links = [];
  for (let n = 1; n <= 40; n++) {
    await log.append(record(n));
    if ((n === 12 || n === 30) && log.head !== null) links.push(linkTo('one', log.head));
  }
  await log.close();
  names = readdirSync(original).toSorted();
});
afterAll(() => rmSync(scratch, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'copy-'));
  for (const name of names) copyFileSync(join(original, name), join(folder, name));
});

const linesOf = (name: string): string[] =>
  readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
const write = (name: string, lines: readonly string[]): void =>
  writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''));
/** Segment and line of a record. */
function placeOf(seq: number): { name: string; at: number } {
  for (const name of names) {
    const at = linesOf(name).findIndex((line, n) => n > 0 && line.includes(`{"seq":${seq},`));
    if (at > 0) return { name, at };
  }
  throw new Error(`no record ${seq}`);
}
function change(seq: number, with_: (lines: string[], at: number) => string[]): void {
  const { name, at } = placeOf(seq);
  write(name, with_(linesOf(name), at));
}
/** Writes every hash and number anew, as somebody does who can write the folder. */
function chainAnew(): void {
  let end: { segment: string; seq: number; hash: string } | null = null;
  for (const name of readdirSync(folder).toSorted()) {
    const lines: string[] = [];
    for (const [n, line] of linesOf(name).entries()) {
      const value = JSON.parse(line) as SegmentHead & { prev: string };
      const seq: number = n === 0 ? (end?.seq ?? 0) : (end?.seq ?? 0) + 1;
      const next: string = JSON.stringify(
        n === 0 ? { ...value, previous: end, seq } : { ...value, seq, prev: end?.hash ?? '' },
      );
      lines.push(next);
      end = { segment: name, seq, hash: lineHash(next) };
    }
    write(name, lines);
  }
}
async function check(of = [folder], by: readonly SegmentLink[] = links) {
  const { folders, notGiven } = await checkSegments(of, by);
  const [first] = folders;
  if (first === undefined) throw new Error('nothing was checked');
  return { ...first, problem: first.faults[0]?.problem ?? null, notGiven };
}

describe('segments held against the log', () => {
  it('fit, and what nothing vouches for is counted', async () => {
    expect(names.length).toBeGreaterThan(3);
    expect(await check()).toMatchObject({
      node: 'one',
      records: 40,
      links: 2,
      linked: 30,
      unlinked: 10,
      firstBad: null,
      faults: [],
      notGiven: [],
    });
    const last = names.at(-1) ?? '';
    expect(await writtenEnd(folder)).toMatchObject({
      node: 'one',
      end: { segment: last, seq: 40 },
    });
  });

  it('fit each of the entries that name one place, as a proxy that was not asked meanwhile gives', async () => {
    const [first, last] = links as [SegmentLink, SegmentLink];
    const again = [first, { ...first }, last, { ...last }, { ...last }];
    expect(await check([folder], again)).toMatchObject({ links: 5, linked: 30, faults: [] });
    const other = { ...last, head: first.head };
    for (const both of [
      [first, last, other],
      [first, other, last],
    ])
      expect(await check([folder], both)).toMatchObject({ links: 2, problem: 'another chain' });
  });

  it.each<[string, () => void, number, string]>([
    [
      'a record that was edited',
      () => change(5, (all, at) => all.with(at, (all[at] ?? '').replace('Alice', 'Mallo'))),
      5,
      'previous line',
    ],
    ['a record that was deleted', () => change(6, (all, at) => all.toSpliced(at, 1)), 6, 'number'],
    [
      'a record that was put in',
      () => change(6, (all, at) => all.toSpliced(at, 0, all[at] ?? '')),
      7,
      'number',
    ],
    [
      'two records that were swapped',
      () => change(6, (all, at) => all.toSpliced(at, 2, all[at + 1] ?? '', all[at] ?? '')),
      6,
      'number',
    ],
    ['a line that is none', () => change(7, (all, at) => all.with(at, '{"seq":')), 7, 'unreadable'],
    [
      'the head of a segment',
      () => {
        const name = names[1] ?? '';
        const [head = '', ...rest] = linesOf(name);
        write(name, [head.replace('"node":"one"', '"node":"two"'), ...rest]);
      },
      0,
      'two proxies',
    ],
  ])('shows %s', async (_, spoil, at, problem) => {
    spoil();
    const found = await check();
    expect(found.problem).toBe(problem);
    if (at > 0) expect(found.firstBad).toBe(at);
  });

  it('shows a chain that fits in itself, but not in the log', async () => {
    change(20, (all, at) => all.with(at, (all[at] ?? '').replace('Alice', 'Mallo')));
    chainAnew();
    expect(await check([folder], [{ ...links[0]! }])).toMatchObject({ faults: [], firstBad: null });
    expect(await check()).toMatchObject({
      problem: 'another chain',
      firstBad: 13,
      links: 1,
      linked: 12,
    });
  });

  it.each(['cut off', 'lost segment'])('shows a tail that is gone: %s', async (problem) => {
    const linked = links[1]?.segment ?? '';
    const last = problem === 'cut off' ? 29 : (JSON.parse(linesOf(linked)[0] ?? '').seq as number);
    const { name, at } = placeOf(last);
    write(name, linesOf(name).slice(0, at + 1));
    for (const later of names.slice(names.indexOf(name) + 1)) rmSync(join(folder, later));
    const firstBad = problem === 'cut off' ? 30 : 13;
    expect(await check()).toMatchObject({ problem, firstBad, records: last });
  });

  it('does not call what was never linked cut off', async () => {
    const { name, at } = placeOf(35);
    write(name, linesOf(name).slice(0, at + 1));
    for (const later of names.slice(names.indexOf(name) + 1)) rmSync(join(folder, later));
    expect(await check()).toMatchObject({ records: 35, faults: [], linked: 30, unlinked: 5 });
  });

  it('shows a segment that is missing: first, between, and last', async () => {
    for (const [gone, problems] of [
      [names[0], ['missing segment']],
      [names[1], ['missing segment']],
      [links[1]?.segment, ['lost segment', 'missing segment']],
    ] as const) {
      const file = gone ?? '';
      renameSync(join(folder, file), join(scratch, 'aside'));
      const { faults } = await check();
      const found = faults.map(({ problem }) => problem);
      for (const problem of problems) expect(found).toContain(problem);
      renameSync(join(scratch, 'aside'), join(folder, file));
    }
    expect((await check()).faults).toEqual([]);
  });

  it('shows segments that exchanged their names', async () => {
    const [, second = '', third = ''] = names;
    renameSync(join(folder, second), join(scratch, 'aside'));
    renameSync(join(folder, third), join(folder, second));
    renameSync(join(scratch, 'aside'), join(folder, third));
    expect((await check()).faults.map(({ problem }) => problem)).toContain('name');
  });

  it('vouches for nothing of a proxy that the log does not know, and names whom nobody looked at', async () => {
    expect(await check([folder], [])).toMatchObject({ problem: 'not linked', firstBad: 1 });
    const other = { ...links[0]!, node: 'two', segment: 'xks-000000000001-00000000.ndjson' };
    expect(await check([folder], [...links, other])).toMatchObject({
      faults: [],
      notGiven: ['two'],
    });
  });

  it('takes a chain that was begun anew with the folder of the one before', async () => {
    const anew = mkdtempSync(join(scratch, 'anew-'));
    const log = await AuditLog.open(ports(new TestClock(0)), { folder: anew, node: 'one' });
    await log.append(record(1));
    const later = linkTo('one', log.head!);
    await log.close();
    expect(goesOn(links[1]!, later)).toBe(false);
    const all = [...links, later];
    expect((await check([anew], all)).faults.map(({ problem }) => problem)).toContain(
      'lost segment',
    );
    const { folders } = await checkSegments([folder, anew], all);
    expect(folders.map(({ faults, linked }) => [faults, linked])).toEqual([
      [[], 30],
      [[], 1],
    ]);
  });

  it('reads how far a folder reaches behind room and a torn line', async () => {
    const name = names.at(-1) ?? '';
    const text = readFileSync(join(folder, name), 'utf8');
    for (const left of ['', '{"seq":41,"pre']) {
      writeFileSync(join(folder, name), `${text}${left}${'\n'.repeat(5000)}`);
      expect((await writtenEnd(folder))?.end.seq).toBe(40);
      expect((await check()).faults).toEqual([]);
    }
  });
});
