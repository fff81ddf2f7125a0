import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { identityPolicySchema, trustPolicySchema } from '../policy/statements.ts';
import { describeIssue } from './issues.ts';
import { fromBase32 } from './totp.ts';

/** Bounds and alphabets are those of IAM. */
const nameSchema = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'not a name of IAM');
const pathSchema = z
  .string()
  .max(512)
  .regex(/^\/(?:[\u0021-\u007E]+\/)?$/, 'a path begins and ends with /')
  .default('/');

const accessKeySchema = z.strictObject({
  accessKeyId: z.string().regex(/^[^\s:,/=]{1,128}$/, 'not an access key id'),
  secretAccessKey: z.string().min(1).max(256),
});

const tagsSchema = z.record(z.string().min(1).max(128), z.string().max(256)).default({});

/** Policies by the names under which they are attached. */
const policiesSchema = z.record(nameSchema, identityPolicySchema).default({});

const mfaSchema = z
  .strictObject({
    serialNumber: z.string().regex(/^[\w+=/:,.@-]{9,256}$/, 'not a serial number'),
    /** Base32, as an authenticator app takes it: codes follow real time. */
    seed: z
      .string()
      .refine((text) => (fromBase32(text)?.length ?? 0) >= 10, { error: 'not base32' })
      .optional(),
    /** Six digits that are always right, for rehearsals without an authenticator app. */
    code: z
      .string()
      .regex(/^\d{6}$/, 'not six digits')
      .optional(),
  })
  .refine(({ seed, code }) => (seed === undefined) !== (code === undefined), {
    error: 'takes either a seed or a code',
  });

const userSchema = z.strictObject({
  name: nameSchema,
  path: pathSchema,
  accessKeys: z.array(accessKeySchema).max(10).default([]),
  policies: policiesSchema,
  tags: tagsSchema,
  mfaDevices: z.array(mfaSchema).max(8).default([]),
});

const roleSchema = z.strictObject({
  name: nameSchema,
  path: pathSchema,
  trust: trustPolicySchema,
  policies: policiesSchema,
  tags: tagsSchema,
  maxSessionSeconds: z.int().min(3600).max(43_200).default(3600),
});

const accountSchema = z.strictObject({
  accountId: z.string().regex(/^\d{12}$/, 'not twelve digits'),
  /** Access keys of the account's root. */
  rootAccessKeys: z.array(accessKeySchema).max(10).default([]),
  users: z.array(userSchema).max(5000).default([]),
  roles: z.array(roleSchema).max(5000).default([]),
});

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

/** Who exists, beside the accounts of the command line. */
export const principalsSchema = z
  .strictObject({ accounts: z.array(accountSchema).max(1000).default([]) })
  .superRefine(({ accounts }, context) => {
    const complain = (what: string, name: string | undefined) => {
      if (name !== undefined) context.addIssue(`${what} ${name} is there twice`);
    };
    complain('account', repeated(accounts.map(({ accountId }) => accountId)));
    const keys = accounts.flatMap(({ rootAccessKeys, users }) => [
      ...rootAccessKeys,
      ...users.flatMap(({ accessKeys }) => accessKeys),
    ]);
    complain('access key', repeated(keys.map(({ accessKeyId }) => accessKeyId)));
    for (const { accountId, users, roles } of accounts) {
      complain(`in account ${accountId}, user`, repeated(users.map(({ name }) => name)));
      complain(`in account ${accountId}, role`, repeated(roles.map(({ name }) => name)));
    }
  });

export type Principals = z.infer<typeof principalsSchema>;

/** The same as it was written, for showing and changing it. */
export type WrittenPrincipals = z.input<typeof principalsSchema>;

export interface PrincipalsDocument {
  readonly written: WrittenPrincipals;
  readonly read: Principals;
}

export const noPrincipals: PrincipalsDocument = { written: {}, read: { accounts: [] } };
export type UserEntry = z.infer<typeof userSchema>;
export type RoleEntry = z.infer<typeof roleSchema>;
export type MfaEntry = z.infer<typeof mfaSchema>;

/** The principals file cannot be used; the message says where it is wrong. */
export class PrincipalsFileError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'PrincipalsFileError';
  }
}

/** @throws PrincipalsFileError. */
export function readPrincipals(file: string): PrincipalsDocument {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PrincipalsFileError(`cannot read the principals file ${file}`, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PrincipalsFileError(`the principals file ${file} is not JSON`, error);
  }
  const parsed = principalsSchema.safeParse(value);
  if (parsed.success) return { written: value as WrittenPrincipals, read: parsed.data };
  throw new PrincipalsFileError(
    `the principals file ${file} cannot be used: ${describeIssue(parsed.error)}`,
  );
}
