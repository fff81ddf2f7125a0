import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { actionsByName } from './actions.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const commands = join(
  dirname(createRequire(import.meta.url).resolve('@aws-sdk/client-kms')),
  '../dist-types/commands',
);

/** The API model as the SDK carries it: operations, and the failures that each declares. */
const model = readdirSync(commands)
  .filter((name) => name.endsWith('Command.d.ts'))
  .map((name) => {
    const text = readFileSync(join(commands, name), 'utf8');
    const declared = [...text.matchAll(/@throws \{@link (\w+Exception)\}/g)].map(
      ([, code = '']) => code,
    );
    return { operation: name.slice(0, -'Command.d.ts'.length), declared: [...new Set(declared)] };
  });

const kebab = (name: string): string => name.replaceAll(/(?!^)[A-Z]/g, '-$&').toLowerCase();

/** Declared everywhere, and never answered here; a fault of AWS itself is rehearsed as mischief. */
const never = new Set([
  'KMSServiceException',
  'KMSInternalException',
  'DependencyTimeoutException',
  'KeyUnavailableException',
]);

/** What no operation says, as far as anybody recorded: another code comes in its place. */
const codesInstead: Readonly<Record<string, string>> = {
  InvalidArnException: 'NotFoundException',
  InvalidAliasNameException: 'ValidationException',
};

/** Declared, but no state of a practice KMS leads there. */
const unreachable: Readonly<Record<string, readonly string[]>> = {
  // AWS's limits are on what is created.
  EnableKey: ['LimitExceededException'],
  TagResource: ['LimitExceededException'],
  // The state of its key never matters to these.
  DeleteAlias: ['KMSInvalidStateException'],
  GetKeyPolicy: ['KMSInvalidStateException'],
  GetKeyRotationStatus: ['KMSInvalidStateException'],
  ListGrants: ['KMSInvalidStateException'],
  ListKeyPolicies: ['KMSInvalidStateException'],
  ListKeyRotations: ['KMSInvalidStateException'],
  RetireGrant: ['KMSInvalidStateException'],
  RevokeGrant: ['KMSInvalidStateException'],
  DeleteImportedKeyMaterial: ['KMSInvalidStateException'],
  // Untagging what is absent works, and reserved keys cannot be there.
  UntagResource: ['TagException'],
  // The key is looked up in the caller's account alone.
  ListRetirableGrants: ['NotFoundException'],
  GetPublicKey: ['InvalidKeyUsageException'],
  PutKeyPolicy: ['KMSInvalidStateException'],
  // A proxy behind an endpoint service is first called when its store is connected.
  CreateCustomKeyStore: ['XksProxyVpcEndpointServiceInvalidConfigurationException'],
  UpdateCustomKeyStore: ['XksProxyVpcEndpointServiceInvalidConfigurationException'],
  GenerateRandom: ['CustomKeyStoreInvalidStateException'],
};

/** What testOperation checks of every table that has these members. */
const byMember: readonly (readonly [RegExp, string])[] = [
  [/\bkey: \{/, 'NotFoundException'],
  [/\bdryRun: true/, 'DryRunOperationException'],
  [/\bdisabled: 'Disabled/, 'DisabledException'],
  [/\bleaving: 'KMSInvalid/, 'KMSInvalidStateException'],
  [/\bstrangeToken\b/, 'InvalidGrantTokenException'],
  [/\bstrangeMarker\b/, 'InvalidMarkerException'],
];

/** Tests that hold rows of several operations. */
const filesTogether = ['custom-key-stores.test.ts', 'create-key-in-store.test.ts'];

function covered(operation: string): ReadonlySet<string> {
  const own = join(here, `${kebab(operation)}.test.ts`);
  const text = existsSync(own) ? readFileSync(own, 'utf8') : '';
  const together = operation.includes('KeyStore') || operation === 'CreateKey' ? filesTogether : [];
  const all = [text, ...together.map((name) => readFileSync(join(here, name), 'utf8'))].join('\n');
  const named = [...all.matchAll(/\w+Exception/g)].map(([code]) => code);
  const implied = byMember.filter(([member]) => member.test(text)).map(([, code]) => code);
  return new Set([...named, ...implied]);
}

/** There is no cluster here that could be in a state of its own. */
const cloudHsm = (code: string): boolean =>
  code.startsWith('CloudHsm') || code === 'IncorrectTrustAnchorException';

test('the model is the one that is performed', () => {
  expect(model.map(({ operation }) => operation).toSorted()).toEqual(
    [...actionsByName.keys()].toSorted(),
  );
});

describe.each(model)('$operation', ({ operation, declared }) => {
  test('has its file, and its tests beside it', () => {
    const files = [`${kebab(operation)}.ts`, `${kebab(operation)}.test.ts`];
    expect(files.filter((name) => !existsSync(join(here, name)))).toEqual([]);
  });

  test('is tested for each failure that it declares', () => {
    const known = covered(operation);
    const missing = declared.filter((code) => {
      if (never.has(code) || known.has(code) || cloudHsm(code)) return false;
      if (unreachable[operation]?.includes(code) === true) return false;
      const instead = codesInstead[code];
      if (instead !== undefined) return !known.has(instead) && declared.includes(instead);
      return true;
    });
    expect(missing).toEqual([]);
  });
});
