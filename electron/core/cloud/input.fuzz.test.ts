import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { readAccessKeyFile } from './credential-file.ts';
import { samePolicy } from './policy/compare.ts';
import { describePolicy } from './policy/describe.ts';
import { canStillImport } from './policy/evaluate.ts';
import { importPolicy, parsePolicy } from './policy/import.ts';
import { JsonProblem, type Node, readJson } from './policy/json-reader.ts';

const plain = (node: Node): unknown => {
  switch (node.type) {
    case 'object':
      return Object.fromEntries([...node.fields].map(([name, field]) => [name, plain(field)]));
    case 'array':
      return node.items.map(plain);
    case 'string':
      return node.text;
    case 'plain':
      return node.value;
  }
};
const parsed = (text: string): { value: unknown } | null => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
};
/** JSON with a character changed, added or taken away. */
const nearlyJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom('', ',', '"', '}', ']', ':', '\\', '\n', '0', '-', ' ', '\u0001', 'x'),
    fc.boolean(),
  )
  .map(([text, where, put, replace]) => {
    const at = where % (text.length + 1);
    return text.slice(0, at) + put + text.slice(at + (replace ? 1 : 0));
  });

describe('the strict JSON reader', () => {
  it('reads what JSON.parse reads, to the same value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        const value = JSON.parse(text) as unknown;
        const own = plain(readJson(text));
        expect(JSON.stringify(own)).toBe(JSON.stringify(value));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what JSON.parse refuses, and otherwise only what is twice or too deep', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const expected = parsed(text);
        try {
          const own = plain(readJson(text));
          expect(expected).not.toBeNull();
          expect(JSON.stringify(own)).toBe(JSON.stringify(expected?.value));
        } catch (cause) {
          if (!(cause instanceof JsonProblem)) throw cause;
          if (expected) expect(cause.message).toMatch(/twice|too deep/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('takes time in step with the length', () => {
    const text = `[${'1,\n'.repeat(10_000)}1]`;
    const node = readJson(text);
    expect(node.type === 'array' && node.items.at(-1)?.line).toBe(10_001);
  });
});

/** Runs with any input: an answer, or the one error that is for it. */
function only<T>(code: string, work: () => T): T | null {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof OperationError && cause.code === code) return null;
    throw cause;
  }
}

it('any bytes as a credential file end in a key or in CREDENTIAL_FILE_INVALID', () => {
  const header = 'Access key ID,Secret access key\n';
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(header + text)),
    fc.tuple(fc.nat(120), fc.nat(255)).map(([at, byte]) => {
      const file = Buffer.from(
        `${header}AKIAIOSFODNN7EXAMPLE,wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n`,
      );
      file[at % file.length] = byte;
      return file;
    }),
  );
  fc.assert(
    fc.property(bytes, (file) => {
      const own = Uint8Array.from(file);
      only('CREDENTIAL_FILE_INVALID', () => readAccessKeyFile(own).secretAccessKey.dispose());
      expect(own.every((byte) => byte === 0)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

describe('any policy', () => {
  const name = fc.constantFrom(
    '*',
    'kms:*',
    'kms:Decrypt',
    'kms:Put?eyPolicy',
    'arn:aws:iam::111122223333:root',
    '111122223333',
    'arn:aws:iam::111122223333:user/a',
    '',
  );
  const names = fc.oneof(name, fc.array(name, { maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }));
  const statement = fc.dictionary(
    fc.constantFrom(
      'Sid',
      'Effect',
      'Principal',
      'NotPrincipal',
      'Action',
      'NotAction',
      'Resource',
      'NotResource',
      'Condition',
      'Extra',
    ),
    fc.oneof(
      names,
      fc.constantFrom('Allow', 'Deny'),
      fc.record({ AWS: names }),
      fc.record({ StringEquals: fc.record({ key: names }) }),
    ),
  );
  const likely = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: fc.oneof(fc.constant('*'), fc.record({ AWS: names })),
    Action: names,
    Resource: fc.constant('*'),
  });
  const document = fc.record({
    Version: fc.constantFrom('2012-10-17', '2008-10-17'),
    Statement: fc.oneof(
      likely,
      fc.array(fc.oneof({ weight: 4, arbitrary: likely }, statement), { maxLength: 3 }),
    ),
  });

  it('is refused as POLICY_INVALID or can be read, described, judged and compared', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(document, fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        const read = only('POLICY_INVALID', () => importPolicy(Buffer.from(text)));
        if (read === null) return;
        taken++;
        expect(describePolicy(read.policy)).toHaveLength(read.policy.statements.length);
        expect(['yes', 'through-iam', 'unsure', 'no']).toContain(
          canStillImport(parsePolicy(text), 'arn:aws:iam::111122223333:user/a').verdict,
        );
        expect(samePolicy(text, JSON.stringify(value, null, 3))).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
