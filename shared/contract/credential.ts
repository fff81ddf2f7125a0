import { z } from 'zod';
import { credentialTlsOps, tlsView } from './credential-tls.ts';
import { nothing, op, secretBytes } from './op.ts';
import { scanFails, scanView } from './scan.ts';
import { accountId, awsFails, id, name, reference, regionCode, time } from './shapes.ts';

export const credentialView = z.strictObject({
  id,
  name: z.string(),
  kind: z.enum(['keys', 'session', 'profile', 'assume-role']),
  accessKeyId: z.string().nullable(),
  /** Who AWS says this is; null until it was tested. */
  account: accountId.nullable(),
  principalArn: z.string().nullable(),
  endpoint: z.string().nullable(),
  /** Whom it believes to be AWS; null: the usual ones (Amazon's own, public ones where others run the endpoint). */
  tls: tlsView.nullable(),
  connection: z.enum(['Connected', 'Not Connected', 'Not tested']),
  problem: z.string().nullable(),
  testedAt: time.nullable(),
  expiresAt: time.nullable(),
  /** How many groups, external key stores and other credentials (roles) go by it. */
  usedBy: z.strictObject({
    groups: z.number().int(),
    stores: z.number().int(),
    roles: z.number().int(),
  }),
});

const address = {
  /** Null: AWS's own. A practice credential names its practice KMS. */
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .default(null),
  /** A person has read that whoever runs another address could read the keys sent there. */
  trustEndpoint: z.boolean().default(false),
};

export const credentialOps = {
  import: op({
    effect: 'change',
    approval: ({ trustEndpoint }) => (trustEndpoint ? 'destructive' : null),
    summary: 'Import a credential: the CSV file AWS gives, typed keys, a profile or a role',
    input: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('csv'), name, file: secretBytes(65_536), ...address }),
      z.strictObject({
        kind: z.literal('keys'),
        name,
        accessKeyId: z.string().regex(/^[A-Z0-9]{16,128}$/),
        secretAccessKey: secretBytes(256),
        sessionToken: secretBytes(4096).optional(),
        expiresAt: time.nullable().default(null),
        ...address,
      }),
      z.strictObject({
        kind: z.literal('profile'),
        name,
        profile: z.string().min(1).max(128),
        ...address,
      }),
      z.strictObject({
        kind: z.literal('assume-role'),
        name,
        source: reference,
        roleArn: z.string().regex(/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/),
        externalId: z.string().max(1224).optional(),
        mfaSerial: z.string().max(256).optional(),
        ...address,
      }),
    ]),
    output: credentialView,
    fails: [
      'CREDENTIAL_FILE_INVALID',
      'NAME_TAKEN',
      'REALM_MISMATCH',
      'NOT_FOUND',
      'AWS_NOT_PRACTICE',
      'CONFIRMATION_NEEDED',
    ],
  }),
  list: op({
    effect: 'read',
    summary: 'List credentials; secrets are never shown',
    input: nothing,
    output: z.strictObject({ credentials: z.array(credentialView) }),
  }),
  test: op({
    effect: 'change',
    asksOnly: true,
    summary: 'Ask AWS who this credential is',
    input: z.strictObject({ credential: reference, region: z.string().max(32).optional() }),
    output: credentialView,
    fails: ['NOT_FOUND', ...awsFails],
  }),
  findInAws: op({
    effect: 'change',
    summary: 'Begin to read which KMS keys the account of a credential holds in a Region',
    input: z.strictObject({ credential: reference, region: regionCode }),
    output: scanView,
    fails: scanFails,
  }),
  ...credentialTlsOps,
  remove: op({
    effect: 'destructive',
    summary: 'Remove a credential from this keystore; nothing changes in AWS',
    input: z.strictObject({ credential: reference, confirm: z.boolean().default(false) }),
    output: nothing,
    fails: ['NOT_FOUND', 'CREDENTIAL_IN_USE', 'CONFIRMATION_NEEDED'],
  }),
};
