import { expect, it } from 'vitest';
import { z } from 'zod';
import { readInput } from './input-problems.ts';

const schema = z.strictObject({
  name: z.string().min(1).max(3),
  limit: z.number().int().min(1).max(500),
  kind: z.enum(['a', 'b']).default('a'),
  tags: z.array(z.string()).max(1).default([]),
  region: z
    .string()
    .regex(/^[a-z]+$/, { message: 'a Region code' })
    .default('eu'),
});
const good = { name: 'abc', limit: 1 };
const wrong = (more: object) => readInput(schema, { ...good, ...more });

it('says in plain words which rule of which field does not hold, and no value', () => {
  expect(readInput(schema, good)).toMatchObject({ data: good });
  const problem = (text: string) => ({ wrong: { problems: [text] } });
  expect(wrong({ name: '' })).toEqual(problem('name: it is empty'));
  expect(wrong({ name: 'secret' })).toEqual(problem('name: at most 3 characters'));
  expect(wrong({ name: undefined })).toEqual(problem('name: it is missing'));
  expect(wrong({ name: 7 })).toEqual(problem('name: text is needed'));
  expect(wrong({ limit: 0 })).toEqual(problem('limit: at least 1'));
  expect(wrong({ limit: 501 })).toEqual(problem('limit: at most 500'));
  expect(wrong({ limit: 1.5 })).toEqual(problem('limit: a whole number is needed'));
  expect(wrong({ kind: 'secret' })).toEqual(problem('kind: one of a, b'));
  expect(wrong({ tags: ['x', 'y'] })).toEqual(problem('tags: at most 1 entry'));
  expect(wrong({ region: 'MARS' })).toEqual(problem('region: a Region code'));
  expect(wrong({ more: 1 })).toEqual(problem('not known here: more'));
});

it('names ten problems at most', () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`f${n}`, z.string()]));
  const read = readInput(z.strictObject(many), {});
  expect('wrong' in read && (read.wrong['problems'] as string[]).length).toBe(10);
});
