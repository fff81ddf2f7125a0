import type { z } from 'zod';

/** What a schema of the contract says of a value, in the words that the campaign works with. */
export type Declared =
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Declared> }
  | {
      readonly kind: 'record';
      readonly of: Declared;
      /** The names that entries may have; null: any. */
      readonly names: readonly string[] | null;
    }
  | {
      readonly kind: 'list';
      readonly of: Declared;
      readonly least: number;
      readonly most: number | null;
    }
  | {
      readonly kind: 'choice';
      readonly options: readonly Declared[];
      readonly accepts: (value: unknown) => boolean;
    }
  | { readonly kind: 'one-of'; readonly values: readonly unknown[] }
  | DeclaredText
  | DeclaredNumber
  | { readonly kind: 'yes-no' }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'absent-or'; readonly of: Declared }
  | { readonly kind: 'null-or'; readonly of: Declared };

export interface DeclaredText {
  readonly kind: 'text';
  readonly least: number;
  readonly most: number | null;
  readonly patterns: readonly RegExp[];
  /** More is asked of it than length and pattern. */
  readonly refined: boolean;
  readonly accepts: (value: unknown) => boolean;
  /** The very declaration: two fields with the same one mean the same kind of thing. */
  readonly schema: z.ZodType;
}

export interface DeclaredNumber {
  readonly kind: 'number';
  readonly whole: boolean;
  readonly least: number | null;
  readonly most: number | null;
}

const known = new Map<z.ZodType, Declared>();

/** Raises for a kind of field that the contract did not have before: teach it here then. */
export function declared(schema: z.ZodType): Declared {
  const before = known.get(schema);
  if (before) return before;
  const now = read(schema);
  known.set(schema, now);
  return now;
}

type Any = z.core.$ZodTypes;
const inner = (schema: z.core.$ZodType): Declared => declared(schema as z.ZodType);

function read(schema: z.ZodType): Declared {
  const { def } = (schema as unknown as Any)._zod;
  const accepts = (value: unknown): boolean => schema.safeParse(value).success;
  if (def.type === 'object') return objectOf(def.shape);
  if (def.type === 'array') return { kind: 'list', of: inner(def.element), ...lengthsOf(schema) };
  if (def.type === 'record')
    return { kind: 'record', of: inner(def.valueType), names: namesOf(inner(def.keyType)) };
  if (def.type === 'union') return { kind: 'choice', options: def.options.map(inner), accepts };
  if (def.type === 'enum') return { kind: 'one-of', values: Object.values(def.entries) };
  if (def.type === 'literal') return { kind: 'one-of', values: def.values };
  if (def.type === 'string') return { kind: 'text', ...textOf(schema), accepts, schema };
  if (def.type === 'number') return numberOf(schema);
  if (def.type === 'boolean') return { kind: 'yes-no' };
  if (def.type === 'custom' && accepts(new Uint8Array(8))) return { kind: 'bytes' };
  if (def.type === 'readonly') return inner(def.innerType);
  if (def.type === 'nullable') return { kind: 'null-or', of: inner(def.innerType) };
  if (def.type === 'optional' || def.type === 'default')
    return { kind: 'absent-or', of: inner(def.innerType) };
  throw new Error(`the campaign knows no field of the kind ${def.type}`);
}

const objectOf = (shape: Readonly<Record<string, z.core.$ZodType>>): Declared => ({
  kind: 'object',
  fields: new Map(Object.entries(shape).map(([name, field]) => [name, inner(field)])),
});

const namesOf = (field: Declared): readonly string[] | null =>
  field.kind === 'one-of' ? field.values.map(String) : null;

/** What checks of all kinds say, as far as a message can be made from it. */
interface Check {
  readonly check: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly value?: number;
  readonly format?: string;
  readonly pattern?: RegExp;
}

/** A format such as `uuid` is a check of its own, and stands on the field itself. */
function checksOf(schema: z.ZodType): readonly Check[] {
  const def = schema._zod.def as { checks?: readonly z.core.$ZodCheck[]; format?: string };
  const own = def.format === undefined ? [] : [def as unknown as Check];
  return [...own, ...(def.checks ?? []).map((each) => each._zod.def as unknown as Check)];
}

function lengthsOf(schema: z.ZodType): { least: number; most: number | null } {
  let least = 0;
  let most: number | null = null;
  for (const { minimum, maximum } of checksOf(schema)) {
    if (minimum !== undefined) least = Math.max(least, minimum);
    if (maximum !== undefined) most = Math.min(most ?? maximum, maximum);
  }
  return { least, most };
}

function textOf(schema: z.ZodType) {
  const checks = checksOf(schema);
  return {
    ...lengthsOf(schema),
    patterns: checks.flatMap(({ pattern }) => (pattern ? [pattern] : [])),
    refined: checks.some(({ check, format }) => check === 'custom' || format === 'url'),
  };
}

function numberOf(schema: z.ZodType): DeclaredNumber {
  let [least, most]: [number | null, number | null] = [null, null];
  const checks = checksOf(schema);
  for (const { check, value } of checks) {
    if (value === undefined) continue;
    if (check === 'greater_than') least = Math.max(least ?? value, value);
    if (check === 'less_than') most = Math.min(most ?? value, value);
  }
  return { kind: 'number', whole: checks.some(({ format }) => format === 'safeint'), least, most };
}
