import { expect, it } from 'vitest';
import { clean, paint, Screen, type Sink } from './screen.ts';
import { cut, cutMiddle, facts, table } from './table.ts';
import { displayWidth } from './text-width.ts';

class Memory implements Sink {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;
  constructor(isTTY: boolean, columns = 80) {
    this.isTTY = isTTY;
    this.columns = columns;
  }
  write(text: string): void {
    this.text += text;
  }
}
const screen = (terminal: boolean, colour = terminal) => {
  const stdout = new Memory(terminal);
  const stderr = new Memory(terminal);
  return { stdout, stderr, screen: new Screen({ stdout, stderr, colour }) };
};
const hostile = 'a\u001b[2Jb\u009b31mc\u202ed\u0007\re\uE001f';

it('lets no control character of a text through, in results, notes and tables', () => {
  const { stdout, stderr, screen: s } = screen(true);
  s.out(hostile);
  s.note(hostile);
  s.out(table([{ title: 'Name' }], [[{ text: hostile, tone: 'good' }]], 80));
  s.out(facts([['Name', hostile]]));
  const colours = ['\u001b[32m', '\u001b[36m', '\u001b[2m', '\u001b[0m'];
  let raw = stdout.text + stderr.text;
  for (const code of colours) raw = raw.replaceAll(code, '');
  expect(raw).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\uE000-\uE00F]/u);
  expect(clean(hostile)).not.toContain('\u001b');
  expect(table([{ title: 'Name' }], [[{ text: hostile }]], 80)).not.toContain('\uE001');
  expect(facts([['Name', hostile]])).not.toContain('\uE001');
});

it('breaks what a person reads between words, and nothing that goes into a pipe', () => {
  const sentence = 'Nothing is sent to AWS until the first Force Rotate of this group.';
  for (const [terminal, expected] of [
    [true, 'Nothing is sent to AWS until the first\nForce Rotate of this group.\n'],
    [false, `${sentence}\n`],
  ] as const) {
    const stdout = new Memory(terminal, 40);
    const stderr = new Memory(terminal, 40);
    const s = new Screen({ stdout, stderr, colour: false });
    s.out(sentence);
    s.note(sentence);
    expect([stdout.text, stderr.text]).toEqual([expected, expected]);
  }
});

it('escapes them in JSON, so that the value is kept', () => {
  const { stdout, screen: s } = screen(false);
  s.json({ name: hostile });
  expect(stdout.text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  expect(JSON.parse(stdout.text)).toEqual({ name: hostile });
});

it('colours terminals only, and not when told not to', () => {
  for (const [terminal, colour, expected] of [
    [true, true, '\u001b[32mok\u001b[0m\n'],
    [true, false, 'ok\n'],
    [false, true, 'ok\n'],
  ] as const) {
    const { stdout, screen: s } = screen(terminal, colour);
    s.out(paint('good', 'ok'));
    expect(stdout.text).toBe(expected);
  }
});

it('shows a live line on a terminal and removes it before the next text', () => {
  const there = screen(true);
  there.screen.status('step 1');
  there.screen.note('done');
  expect(there.stderr.text).toBe('\r\u001b[2Kstep 1\r\u001b[2Kdone\n');
  const pipe = screen(false);
  pipe.screen.status('step 1');
  expect(pipe.stderr.text).toBe('');
});

it('leaves nothing of a live line behind when somebody stops the command', () => {
  const stderr = new Memory(true, 40);
  const s = new Screen({ stdout: new Memory(true), stderr, colour: false });
  s.status('▸ step 1 of 9: Check account, clock, HSM');
  const shown = stderr.text.replace('\r\u001b[2K', '');
  // the terminal echoes what was pressed twice; on a second row it could not be removed
  expect(displayWidth(`${shown}^C^C`)).toBeLessThan(40);
  s.end();
  expect(stderr.text).toBe(`\r\u001b[2K${shown}\r\u001b[2K`);
});

it('aligns columns by what a terminal shows, digits to the right', () => {
  const text = table(
    [{ title: 'Name' }, { title: 'Keys', align: 'right' }, { title: 'State' }],
    [
      [{ text: 'payments' }, { text: '3' }, { text: 'In step' }],
      [{ text: '支払' }, { text: '112' }, { text: 'In step' }],
    ],
    80,
  );
  expect(screenless(text)).toBe(
    ['Name      Keys  State', 'payments     3  In step', '支払       112  In step'].join('\n'),
  );
});

it('cuts the widest column with … when the screen is narrow, and nothing in a pipe', () => {
  const long = 'n'.repeat(255);
  const columns = [{ title: 'Name', shrinks: true }, { title: 'State' }];
  const narrow = screenless(table(columns, [[{ text: long }, { text: 'In step' }]], 60));
  for (const line of narrow.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(60);
  expect(narrow).toContain('…');
  expect(table(columns, [[{ text: long }]], Number.POSITIVE_INFINITY)).toContain(long);
});

it('cuts between characters as a person sees them', () => {
  expect(cut('ab', 2)).toBe('ab');
  expect(cut('支払処理', 5)).toBe('支払…');
  expect(cutMiddle('payments-production/12', 12)).toBe('payme…ion/12');
  expect(cutMiddle('支払処理/1', 7)).toBe('支払…/1');
  expect(cut('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3)).toBe('👩‍👩‍👧‍👦…');
});

const screenless = (text: string): string => text.replaceAll(/[\uE000-\uE00F]/g, '');

it('leaves out what can best be spared where a line is too long, and in a pipe nothing', () => {
  const columns = [
    { title: 'Key', shrinks: 'middle' },
    { title: 'State' },
    { title: 'Problem' },
    { title: 'KCV', spare: 1 },
    { title: 'Made', spare: 2 },
  ] as const;
  const cells = [
    'payments-prod-eu-west/12',
    '● Active, alias',
    '',
    '08E9D8691B CMAC',
    '2026-11-23',
  ];
  const titles = (width: number): string[] =>
    (table(columns, [cells.map((text) => ({ text }))], width).split('\n')[0] ?? '')
      .replaceAll(/[\uE000-\uE00F]/g, '')
      .split(/ {2,}/);
  expect(titles(Number.POSITIVE_INFINITY)).toEqual(['Key', 'State', 'Problem', 'KCV', 'Made']);
  expect(titles(72)).toEqual(['Key', 'State', 'KCV', 'Made']);
  expect(titles(58)).toEqual(['Key', 'State', 'KCV']);
  expect(titles(40)).toEqual(['Key', 'State']);
});

it('takes a terminal that does not know its size for one of 80 columns', () => {
  const shownOn = (columns: number) => {
    const sink = new Memory(true, columns);
    const s = new Screen({ stdout: sink, stderr: sink, colour: false });
    s.status('x'.repeat(200));
    return { width: s.width, status: sink.text.replace(/^.*2K/s, '').length };
  };
  expect(shownOn(0)).toEqual({ width: 80, status: 75 });
  expect(shownOn(52)).toEqual({ width: 52, status: 47 });
  expect(shownOn(4)).toEqual({ width: 40, status: 15 });
});
