import { expect, test } from 'vitest';
import { KmsFailure } from './failures.ts';
import {
  blob,
  boolean,
  integer,
  list as listOf,
  oneOf,
  optional,
  readInput,
  required,
  string,
  stringMap,
  structure,
  timestamp,
} from './members.ts';

const shape = structure({
  KeyId: required(string({ min: 1, max: 8 })),
  Spec: optional(oneOf(['A', 'B'])),
  Limit: optional(integer({ min: 1, max: 10 })),
  Flag: optional(boolean),
  Name: optional(string({ pattern: /^[a-z]+$/, patternText: '[a-z]+' })),
  Plaintext: optional(blob({ min: 1, max: 4 })),
  ValidTo: optional(timestamp),
  Context: optional(stringMap),
  Tags: optional(listOf(structure({ TagKey: required(string({ min: 1 })) }), { max: 2 })),
});

function failure(value: unknown): KmsFailure {
  try {
    readInput(shape, value);
  } catch (error) {
    if (error instanceof KmsFailure) return error;
  }
  throw new Error('was accepted');
}

test('reads what fits, taking null for absent and ignoring what is unknown', () => {
  const input = readInput(shape, {
    KeyId: 'k',
    Spec: null,
    Limit: 3,
    Plaintext: 'AQI=',
    ValidTo: 1593622000.191,
    Context: { a: 'b', n: 1.5 },
    Other: 1,
  });
  expect(input).toEqual({
    KeyId: 'k',
    Limit: 3,
    Plaintext: Buffer.from([1, 2]),
    ValidTo: 1_593_622_000_191,
    Context: { a: 'b', n: '1.5' },
  });
});

const one = '1 validation error detected: ';
test.each([
  [{}, `${one}Value null at 'keyId' failed to satisfy constraint: Member must not be null`],
  [
    { KeyId: '' },
    `${one}Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1`,
  ],
  [
    { KeyId: '123456789' },
    `${one}Value '123456789' at 'keyId' failed to satisfy constraint: Member must have length less than or equal to 8`,
  ],
  [
    { KeyId: 'k', Spec: 'C' },
    `${one}Value 'C' at 'spec' failed to satisfy constraint: Member must satisfy enum value set: [A, B]`,
  ],
  [
    { KeyId: 'k', Limit: 0 },
    `${one}Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
  ],
  [
    { KeyId: 'k', Name: 'A' },
    `${one}Value 'A' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+`,
  ],
  [
    { KeyId: 'k', Plaintext: 'AQIDBAU=' },
    `${one}Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4`,
  ],
  [
    { KeyId: 'k', Tags: [{ TagKey: '' }] },
    `${one}Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1`,
  ],
])('words broken constraints as AWS does: %j', (value, text) => {
  expect(failure(value)).toMatchObject({ code: 'ValidationException', text });
});

test('reports every broken constraint at once', () => {
  expect(failure({ Limit: 11 }).text).toBe(
    "2 validation errors detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null; Value '11' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10",
  );
});

const list = 'Start of list found where not expected';
const object = 'Start of structure or map found where not expected.';
const k = { KeyId: 'k' };
test.each<[unknown, string | undefined]>([
  [[], list],
  ['text', undefined],
  [null, undefined],
  [{ KeyId: 1 }, 'NUMBER_VALUE can not be converted to a String'],
  [{ KeyId: 1.5 }, 'DECIMAL_VALUE can not be converted to a String'],
  [{ KeyId: true }, 'TRUE_VALUE can not be converted to a String'],
  [{ KeyId: {} }, object],
  [{ KeyId: [] }, list],
  [{ ...k, Spec: false }, 'FALSE_VALUE can not be converted to a String'],
  [{ ...k, Limit: '1' }, 'STRING_VALUE can not be converted to an Integer'],
  [{ ...k, Limit: [1] }, list],
  [{ ...k, Flag: 'true' }, 'STRING_VALUE can not be converted to a Boolean'],
  [{ ...k, Plaintext: 7 }, 'NUMBER_VALUE can not be converted to a Blob'],
  [{ ...k, Plaintext: 'no base64!' }, 'Invalid base64 value'],
  [{ ...k, Plaintext: 'QQ' }, 'Invalid base64 value'],
  [{ ...k, ValidTo: 'tomorrow' }, 'STRING_VALUE can not be converted to milliseconds since epoch'],
  [{ ...k, Tags: {} }, object],
  [{ ...k, Tags: 'text' }, 'Expected list or null'],
  [{ ...k, Tags: ['text'] }, 'Expected null'],
  [{ ...k, Tags: [[]] }, list],
  [{ ...k, Context: [] }, list],
  [{ ...k, Context: 1 }, 'Expected map or null'],
  [{ ...k, Context: { a: true } }, 'TRUE_VALUE can not be converted to a String'],
])('words a wrong JSON type as AWS does: %j', (value, text) => {
  expect(failure(value)).toMatchObject({ code: 'SerializationException', text });
});
