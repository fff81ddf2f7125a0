import { type KmsFailure, serialization, validation } from './failures.ts';

/**
 * Declares what a request member may be and turns the JSON value into its type. Wrong JSON types
 * stop at once (SerializationException); broken constraints are collected, because AWS reports
 * all of them in one text.
 */
export interface Member<T> {
  read(value: unknown, path: string, problems: string[]): T;
}

type Optional<T> = { readonly member: Member<T>; readonly required: false };
type Required<T> = { readonly member: Member<T>; readonly required: true };
type Field = Optional<unknown> | Required<unknown>;

export const optional = <T>(member: Member<T>): Optional<T> => ({ member, required: false });
export const required = <T>(member: Member<T>): Required<T> => ({ member, required: true });

/** The type a structure's fields add up to. */
export type Fields<F extends Record<string, Field>> = {
  readonly [K in keyof F as F[K] extends Required<unknown> ? K : never]: F[K] extends Required<
    infer T
  >
    ? T
    : never;
} & {
  readonly [K in keyof F as F[K] extends Optional<unknown> ? K : never]?: F[K] extends Optional<
    infer T
  >
    ? T
    : never;
};

/** What an action's parsed input is. */
export type Parsed<M> = M extends Member<infer T> ? T : never;

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function describeScalar(value: unknown): string {
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
  return value === true ? 'TRUE_VALUE' : 'FALSE_VALUE';
}

/** As services of AWS with this protocol word it; recorded of others, not of KMS. */
function wrongType(value: unknown, otherwise: string): never {
  if (Array.isArray(value)) throw serialization('Start of list found where not expected');
  if (typeof value === 'object') {
    throw serialization('Start of structure or map found where not expected.');
  }
  throw serialization(otherwise);
}

function notConverted(value: unknown, wanted: string): never {
  wrongType(value, `${describeScalar(value)} can not be converted to ${wanted}`);
}

/** One violated constraint. Secret values are not echoed: pass null for them. */
function violate(problems: string[], shown: string | null, path: string, must: string): void {
  const value = shown === null ? 'Value' : `Value '${shown}'`;
  problems.push(`${value} at '${path}' failed to satisfy constraint: Member must ${must}`);
}

interface StringRules {
  readonly min?: number;
  readonly max?: number;
  /** Anchored by the caller. */
  readonly pattern?: RegExp;
  /** How AWS prints the pattern. */
  readonly patternText?: string;
  readonly secret?: boolean;
}

export function string(rules: StringRules = {}): Member<string> {
  return {
    read(value, path, problems) {
      if (typeof value !== 'string') notConverted(value, 'a String');
      const shown = rules.secret === true ? null : value;
      if (rules.min !== undefined && value.length < rules.min) {
        violate(problems, shown, path, `have length greater than or equal to ${rules.min}`);
      }
      if (rules.max !== undefined && value.length > rules.max) {
        violate(problems, shown, path, `have length less than or equal to ${rules.max}`);
      }
      if (rules.pattern !== undefined && !rules.pattern.test(value)) {
        const text = rules.patternText ?? rules.pattern.source;
        violate(problems, shown, path, `satisfy regular expression pattern: ${text}`);
      }
      return value;
    },
  };
}

/** A text that must show nowhere: not in a log, not in the journal. */
export class SecretText {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  reveal(): string {
    return this.#text;
  }
}

export function secretText(rules: Omit<StringRules, 'secret'>): Member<SecretText> {
  const plain = string({ ...rules, secret: true });
  return { read: (value, path, problems) => new SecretText(plain.read(value, path, problems)) };
}

/** AWS takes an empty text for "none" in some members. */
export function orEmpty(member: Member<string>): Member<string> {
  return {
    read: (value, path, problems) => (value === '' ? '' : member.read(value, path, problems)),
  };
}

export function oneOf<const V extends readonly string[]>(values: V): Member<V[number]> {
  return {
    read(value, path, problems) {
      if (typeof value !== 'string') notConverted(value, 'a String');
      if (!values.includes(value)) {
        violate(problems, value, path, `satisfy enum value set: [${values.join(', ')}]`);
      }
      return value as V[number];
    },
  };
}

export function integer(rules: { readonly min: number; readonly max: number }): Member<number> {
  return {
    read(value, path, problems) {
      if (typeof value !== 'number') notConverted(value, 'an Integer');
      const whole = Math.trunc(value);
      if (whole < rules.min) {
        violate(problems, `${whole}`, path, `have value greater than or equal to ${rules.min}`);
      }
      if (whole > rules.max) {
        violate(problems, `${whole}`, path, `have value less than or equal to ${rules.max}`);
      }
      return whole;
    },
  };
}

export const boolean: Member<boolean> = {
  read(value) {
    if (typeof value !== 'boolean') notConverted(value, 'a Boolean');
    return value;
  },
};

/** Seconds since 1970 on the wire, milliseconds here. */
export const timestamp: Member<number> = {
  read(value) {
    if (typeof value !== 'number' || !Number.isFinite(value))
      notConverted(value, 'milliseconds since epoch');
    return Math.round(value * 1000);
  },
};

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64 on the wire. Lengths count bytes; contents are never echoed. */
export function blob(rules: { readonly min: number; readonly max: number }): Member<Buffer> {
  return {
    read(value, path, problems) {
      if (typeof value !== 'string') notConverted(value, 'a Blob');
      if (!base64.test(value)) throw serialization('Invalid base64 value');
      const bytes = Buffer.from(value, 'base64');
      if (bytes.length < rules.min) {
        violate(problems, null, path, `have length greater than or equal to ${rules.min}`);
      }
      if (bytes.length > rules.max) {
        violate(problems, null, path, `have length less than or equal to ${rules.max}`);
      }
      return bytes;
    },
  };
}

export function list<T>(
  member: Member<T>,
  rules: { readonly min?: number; readonly max?: number } = {},
): Member<readonly T[]> {
  return {
    read(value, path, problems) {
      if (!Array.isArray(value)) wrongType(value, 'Expected list or null');
      const items: readonly unknown[] = value;
      if (rules.min !== undefined && items.length < rules.min) {
        violate(problems, '[]', path, `have length greater than or equal to ${rules.min}`);
      }
      if (rules.max !== undefined && items.length > rules.max) {
        violate(problems, null, path, `have length less than or equal to ${rules.max}`);
      }
      return items.map((item, index) => member.read(item, `${path}.${index + 1}.member`, problems));
    },
  };
}

/**
 * A map of strings (encryption contexts). Values may be sensitive and are not echoed. Numbers are read
 * as texts (developer guide, encryption context rules).
 */
export const stringMap: Member<Readonly<Record<string, string>>> = {
  read(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      wrongType(value, 'Expected map or null');
    }
    const result: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [name, entry] of Object.entries(value)) {
      if (entry === null) continue;
      const text = typeof entry === 'number' ? String(entry) : (entry as unknown);
      if (typeof text !== 'string') notConverted(text, 'a String');
      result[name] = text;
    }
    return result;
  },
};

/** Members that are JSON null count as absent; unknown members are ignored, as AWS does. */
export function structure<const F extends Record<string, Field>>(fields: F): Member<Fields<F>> {
  return {
    read(value, path, problems) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        if (path === '' && !Array.isArray(value)) throw serialization();
        wrongType(value, 'Expected null');
      }
      const source = value as Readonly<Record<string, unknown>>;
      const result: Record<string, unknown> = {};
      for (const [name, field] of Object.entries(fields)) {
        const at = path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
        const present = Object.hasOwn(source, name) ? source[name] : undefined;
        if (present === undefined || present === null) {
          if (field.required) {
            problems.push(
              `Value null at '${at}' failed to satisfy constraint: Member must not be null`,
            );
          }
          continue;
        }
        result[name] = field.member.read(present, at, problems);
      }
      return result as Fields<F>;
    },
  };
}

/** For a member that must be there only because the one that could stand for it is not. */
export const missing = (path: string): KmsFailure =>
  validation(
    `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );

/**
 * Reads a whole request.
 * @throws SerializationException for wrong JSON types, else ValidationException naming every
 * broken constraint (facts 1.1).
 */
export function readInput<T>(shape: Member<T>, value: unknown): T {
  const problems: string[] = [];
  const input = shape.read(value, '', problems);
  if (problems.length === 0) return input;
  const noun = problems.length === 1 ? 'error' : 'errors';
  throw validation(`${problems.length} validation ${noun} detected: ${problems.join('; ')}`);
}
