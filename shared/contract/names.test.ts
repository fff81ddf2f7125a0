import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contract } from './index.ts';
import { name } from './shapes.ts';

const problem = (typed: string): string | undefined =>
  name
    .safeParse(typed)
    .error?.issues.map(({ message }) => message)
    .join('; ');

describe('a name that a person gives', () => {
  it.each([
    ['zero-width space', '\u200B'],
    ['zero-width joiner', '\u200D'],
    ['zero-width non-joiner', '\u200C'],
    ['word joiner', '\u2060'],
    ['byte order mark', '\uFEFF'],
    ['soft hyphen', '\u00AD'],
    ['grapheme joiner', '\u034F'],
    ['Hangul filler', '\u3164'],
    ['variation selector', '\uFE0F'],
    ['tag', '\u{E0061}'],
    ['Braille without a dot', '\u2800'],
  ])('has no %s in it, which nobody sees', (_what, character) => {
    for (const typed of [`pay${character}ments`, `${character}payments`, `payments${character}`]) {
      // a mark of byte order at an end counts as a space, and goes
      if (name.safeParse(typed).data === 'payments') continue;
      expect(problem(typed), JSON.stringify(typed)).toMatch(/^no invisible characters/);
    }
  });

  it.each(['\u202E', '\u202D', '\u2066', '\u2069', '\u200E', '\u061C', '\u0007', '\u2028'])(
    'has no %j, which turns or breaks the text',
    (character) => {
      expect(problem(`pay${character}ments`)).toMatch(/^no control or direction characters/);
    },
  );

  it('has plain spaces, whichever were pasted', () => {
    expect(name.parse('\u00A0payments\u00A0of\u3000Tōkyō\u2009')).toBe('payments of Tōkyō');
  });

  it.each(['Zahlungen-Köln', 'תשלומים', '決済', 'भुगतान', '⚙️ ops', '👩‍💻 team', '🏴󠁧󠁢󠁳󠁣󠁴󠁿 keys', '🔑'])(
    'may be %s',
    (typed) => {
      expect(name.parse(typed)).toBe(typed);
    },
  );
});

it('asks it of every field of the contract that is a name', () => {
  const names = ['name', 'newName', 'label', 'slotLabel'];
  const free: string[] = [];
  let seen = 0;
  const walk = (schema: z.core.$ZodType, where: string): void => {
    const { def } = schema as z.ZodType & { def: z.core.$ZodTypeDef & Record<string, unknown> };
    for (const inner of [def['innerType'], def['element'], ...((def['options'] as []) ?? [])]) {
      if (inner) walk(inner as z.core.$ZodType, where);
    }
    if (!(schema instanceof z.ZodObject)) return;
    for (const [field, inner] of Object.entries(schema.shape)) {
      const at = `${where} ${field}`;
      // a token has its name already, and what is being typed is told by group.preview's answer
      if (field === 'token' || where.startsWith('hsm.attach') || where.startsWith('group.preview'))
        continue;
      if (names.includes(field)) {
        seen++;
        if ((inner as z.ZodType).safeParse('pay\u200Bments').success) free.push(at);
      } else walk(inner as z.core.$ZodType, at);
    }
  };
  for (const [noun, ops] of Object.entries(contract)) {
    for (const [verb, { input }] of Object.entries(ops)) walk(input, `${noun}.${verb}`);
  }
  expect(seen).toBeGreaterThan(12);
  expect(free).toEqual([]);
});
