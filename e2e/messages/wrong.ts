import type { Declared, DeclaredNumber, DeclaredText } from './declared.ts';

type Place = readonly (string | number)[];

/** One way in which a valid message is made wrong: at one place, and what is wrong there. */
export interface Wrong {
  readonly at: Place;
  readonly why: string;
  readonly value: unknown;
  /** The field goes away. */
  readonly missing?: true;
}

/** Values that `structuredClone` carries and JSON does not. */
const cloneOnly: readonly [string, unknown][] = [
  ['not a number', Number.NaN],
  ['endless', Number.POSITIVE_INFINITY],
  ['a date', new Date(0)],
  ['a map', new Map([['a', 1]])],
  ['a set', new Set(['a'])],
  ['a big number', 10n],
  ['a pattern', /a/],
  ['an error', new Error('a')],
  ['shared bytes', new ArrayBuffer(4)],
  ['a float array', new Float64Array(2)],
];

export interface Carries {
  /** The transport carries more than JSON and bytes. */
  readonly clones: boolean;
}

/** Everything that can be wrong with a value, each at exactly one place of it. */
export function wrongs(field: Declared, value: unknown, carries: Carries, at: Place = []): Wrong[] {
  const here = (found: readonly [string, unknown][]): Wrong[] =>
    found.map(([why, wrong]) => ({ at, why, value: wrong }));
  switch (field.kind) {
    case 'object':
      return [...here(notThis(['object'], carries)), ...ofObject(field.fields, value, carries, at)];
    case 'record': {
      const entries = Object.entries(value as Readonly<Record<string, unknown>>);
      const within = entries.flatMap(([name, each]) =>
        wrongs(field.of, each, carries, [...at, name]),
      );
      const unknown = (field.names ? strange : []).map((name) => ({
        at: [...at, name],
        why: 'an unknown entry',
        value: entries[0]?.[1] ?? 1,
      }));
      return [...here(notThis(['object'], carries)), ...unknown, ...within];
    }
    case 'list': {
      const list = value as readonly unknown[];
      const within = list.flatMap((each, n) => wrongs(field.of, each, carries, [...at, n]));
      return [...here([...notThis(['list'], carries), ...ofLength(field, list)]), ...within];
    }
    case 'choice':
      return ofChoice(field, value, carries, at);
    case 'one-of':
      return here([...notThis(kindsOf(field.values), carries), ...notOneOf(field.values)]);
    case 'text':
      return here([...notThis(['text'], carries), ...ofText(field, value as string)]);
    case 'number':
      return here([...notThis(['number'], carries), ...ofNumber(field)]);
    case 'yes-no':
      return here([...notThis(['yes-no'], carries), ['a word', 'true'], ['a digit', 1]]);
    case 'bytes':
      return here([
        ...notThis(['bytes'], carries),
        ['no bytes', new Uint8Array(0)],
        ['too many bytes', new Uint8Array(70_000)],
      ]);
    case 'absent-or':
      return value === undefined ? [] : wrongs(field.of, value, carries, at);
    case 'null-or':
      return value === null
        ? here([['neither null nor it', { a: null }]])
        : wrongs(field.of, value, carries, at).filter((wrong) => !isNullAt(wrong, at));
  }
}

const isNullAt = (wrong: Wrong, at: Place): boolean =>
  wrong.value === null && wrong.missing !== true && wrong.at.length === at.length;

const others: readonly [kind: string, why: string, value: unknown][] = [
  ['null', 'null', null],
  ['object', 'an object', { a: 1 }],
  ['list', 'a list', ['a']],
  ['text', 'a text', '7'],
  ['number', 'a number', 7],
  ['yes-no', 'a yes', true],
  ['bytes', 'bytes', new Uint8Array([1, 2, 3])],
];

function notThis(kinds: readonly string[], { clones }: Carries): [string, unknown][] {
  const wrong = others.filter(([kind]) => !kinds.includes(kind));
  const found = wrong.map(([, why, value]): [string, unknown] => [`${why} instead`, value]);
  return clones ? [...found, ...cloneOnly] : found;
}

const kindsOf = (values: readonly unknown[]): string[] =>
  values.map((value) => (typeof value === 'string' ? 'text' : typeof value));

/** Names that a careless reader of objects would trip over. */
const strange = ['extra', '__proto__', 'constructor', 'toString', '', 'Name', 'trusted'];

function ofObject(
  fields: ReadonlyMap<string, Declared>,
  value: unknown,
  carries: Carries,
  at: Place,
): Wrong[] {
  const held = value as Readonly<Record<string, unknown>>;
  const found: Wrong[] = strange
    .filter((name) => !fields.has(name))
    .map((name) => ({ at: [...at, name], why: 'an unknown field', value: 1 }));
  for (const [name, field] of fields) {
    const place = [...at, name];
    if (field.kind === 'absent-or' && !Object.hasOwn(held, name)) continue;
    if (field.kind !== 'absent-or') {
      found.push({ at: place, why: 'missing', value: undefined, missing: true });
    }
    found.push(...wrongs(field, held[name], carries, place));
  }
  return found;
}

function ofLength(
  { least, most }: { least: number; most: number | null },
  list: readonly unknown[],
): [string, unknown][] {
  const found: [string, unknown][] = [];
  if (least > 0) found.push(['too few', list.slice(0, least - 1)]);
  const [first] = list;
  if (most !== null && first !== undefined) {
    found.push(['too many', Array.from({ length: most + 1 }, () => first)]);
  }
  return found;
}

function ofChoice(
  { options, accepts }: Extract<Declared, { kind: 'choice' }>,
  value: unknown,
  carries: Carries,
  at: Place,
): Wrong[] {
  const [option] = options.filter((each) => isOf(each, value));
  if (!option) throw new Error('a valid value is of none of its kinds');
  // What is wrong for one kind may be right for another one.
  return wrongs(option, value, carries, at).filter(
    (wrong) => wrong.at.length > at.length || !accepts(wrong.value),
  );
}

/** Whether a valid value of a choice is meant as this one of its kinds. */
function isOf(option: Declared, value: unknown): boolean {
  if (option.kind === 'one-of') return option.values.includes(value);
  if (option.kind === 'text') return option.accepts(value);
  if (option.kind !== 'object') throw new Error(`a choice among ${option.kind}`);
  const held = value as Readonly<Record<string, unknown>>;
  return [...option.fields].every(
    ([name, field]) => field.kind !== 'one-of' || field.values.includes(held[name]),
  );
}

function notOneOf(values: readonly unknown[]): [string, unknown][] {
  const words = values.flatMap((value) => (typeof value === 'string' ? [value] : []));
  const near = words.flatMap((word) => [`${word} `, word.toUpperCase(), word.slice(1)]);
  const numbers = values.flatMap((value) => (typeof value === 'number' ? [value + 1] : []));
  return [...near, ...numbers, 'another', '__proto__', 'toString']
    .filter((value) => !values.includes(value))
    .map((value) => ['none of them', value]);
}

/** Refused by whatever a field asks beyond length and pattern: directions, NUL, places, schemes. */
const suspicious = [
  'pay\u202Ements',
  'pay\u0000ments',
  'pay\u2028ments',
  'pay\nments',
  'relative/path',
  '../../etc/passwd',
  '/a\0b',
  'alias/payments',
  'aws/payments',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'http:',
];

function ofText(field: DeclaredText, value: string): [string, unknown][] {
  const found: [string, unknown][] = [];
  if (field.least > 0) found.push(['too short', value.slice(0, field.least - 1)]);
  if (field.most !== null && field.most <= 40_000) {
    found.push(['too long', 'x'.repeat(field.most + 1)]);
  }
  const bent = [`${value} `, ` ${value}`, `${value}\n`, `${value}é`, value.slice(1), ''];
  const { patterns } = field;
  if (patterns.length > 0) {
    const off = bent.filter((text) => !patterns.every((pattern) => pattern.test(text)));
    found.push(...off.map((text): [string, unknown] => ['off the pattern', text]));
  }
  if (field.refined) {
    const refused = suspicious.filter((text) => !field.accepts(text));
    if (refused.length === 0) throw new Error('a refined text that refuses nothing known');
    found.push(...refused.map((text): [string, unknown] => ['not such a text', text]));
  }
  return found;
}

function ofNumber({ whole, least, most }: DeclaredNumber): [string, unknown][] {
  const found: [string, unknown][] = [];
  if (least !== null) found.push(['too small', least - 1]);
  if (most !== null) found.push(['too large', most + 1]);
  if (whole) found.push(['not whole', (least ?? 0) + 0.5], ['not exact', 2 ** 53]);
  return found;
}

/** A copy of a valid value that is wrong at one place. */
export function spoilt(value: unknown, wrong: Wrong): unknown {
  const [step, ...rest] = wrong.at;
  if (step === undefined) return wrong.value;
  if (Array.isArray(value)) {
    return value.map((each: unknown, n) =>
      n === step ? spoilt(each, { ...wrong, at: rest }) : each,
    );
  }
  const copy = { ...(value as Record<string, unknown>) };
  if (rest.length === 0 && wrong.missing) {
    Reflect.deleteProperty(copy, step);
    return copy;
  }
  const made = spoilt(copy[step], { ...wrong, at: rest });
  // An assignment to `__proto__` would set no field.
  Object.defineProperty(copy, step, {
    value: made,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
}
