import { control, rawCall, type RawCredentials, type RawReply } from './raw-client.fixture.ts';

export const ownAccount = '123456789012';
export const otherAccount = '210987654321';

/** A policy of one statement that allows these actions on everything. */
export const allowing = (...Action: string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});

/** Who may take on a role. */
export const trusting = (AWS: string | readonly string[], more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', ...more }],
});

/** A user with one access key that is named after it. */
export const user = (name: string, more: object = {}) => ({
  name,
  accessKeys: [{ accessKeyId: `AKIA-${name}`, secretAccessKey: `secret of ${name}` }],
  ...more,
});

export const userArn = (name: string, account = ownAccount) =>
  `arn:aws:iam::${account}:user/${name}`;

export const keyOf = (name: string): RawCredentials => ({
  accessKeyId: `AKIA-${name}`,
  secretAccessKey: `secret of ${name}`,
});

/** Writes down the users and roles of accounts. */
export const writeDown = (controlUrl: string, ...accounts: object[]) =>
  control(controlUrl, 'POST /principals', { accounts });

/** One call of STS by somebody. */
export const stsCall = (
  url: string,
  credentials: RawCredentials,
  parameters: Readonly<Record<string, string>>,
): Promise<RawReply> =>
  rawCall(url, '', new URLSearchParams({ Version: '2011-06-15', ...parameters }).toString(), {
    service: 'sts',
    contentType: 'application/x-www-form-urlencoded',
    credentials,
  });

/** The text of one element of a reply of STS. */
export const element = (reply: RawReply, name: string): string =>
  new RegExp(`<${name}>([^<]*)<`).exec(reply.text)?.[1] ?? '';

/** Session credentials. @throws what STS answered when it refused. */
export async function assume(
  url: string,
  credentials: RawCredentials,
  RoleArn: string,
  more: Readonly<Record<string, string>> = {},
): Promise<RawCredentials> {
  const wish = { Action: 'AssumeRole', RoleArn, RoleSessionName: 'night-shift', ...more };
  const reply = await stsCall(url, credentials, wish);
  if (reply.status !== 200) throw new Error(`${reply.status} ${element(reply, 'Message')}`);
  return {
    accessKeyId: element(reply, 'AccessKeyId'),
    secretAccessKey: element(reply, 'SecretAccessKey'),
    sessionToken: element(reply, 'SessionToken'),
  };
}
