import { fromIni, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { dateAt } from '../../kernel/node-dates.ts';
import type { CloudPorts } from '../cloud.ts';
import type { CloudCredential, ProfileCredential, RoleCredential } from '../credential.ts';
import { clientSettings, createSts, type Identity, type IdentityProvider } from './clients.ts';
import type { Route } from './endpoints.ts';
import { byName, classify } from './failures.ts';
import type { Transport } from './transport.ts';

export interface IdentityParts {
  readonly ports: CloudPorts;
  readonly route: Route;
  readonly transport: Transport;
  skew(): number | null;
}

const rejected = (
  { name }: CloudCredential,
  problem: string,
  more: Record<string, string | number> = {},
): OperationError =>
  new OperationError('CREDENTIAL_REJECTED', {
    retry: 'credential',
    problem,
    ...byName(name),
    ...more,
  });

/**
 * What a connection signs with. Sessions are made through our own transport, so no profile and no
 * environment variable decides where a role is asked for.
 */
export function identityProvider(
  credential: CloudCredential,
  parts: IdentityParts,
): IdentityProvider {
  switch (credential.kind) {
    case 'keys':
      return async () => ({
        accessKeyId: credential.accessKeyId,
        secretAccessKey: text(credential.secretAccessKey),
      });
    case 'session':
      return async () => {
        const { expiresAt } = credential;
        if (expiresAt !== null && expiresAt <= parts.ports.clock.now()) {
          throw rejected(credential, 'the session has ended', { expiredAt: expiresAt });
        }
        return {
          accessKeyId: credential.accessKeyId,
          secretAccessKey: text(credential.secretAccessKey),
          sessionToken: text(credential.sessionToken),
        };
      };
    case 'profile':
      return guarded(parts, 'profile', credential, profileProvider(credential, parts));
    case 'assume-role':
      // AWS asks of the credential that takes the role on, and refuses that one
      return guarded(parts, 'AssumeRole', credential.source, roleProvider(credential, parts));
  }
}

const text = (secret: { use<T>(work: (bytes: Buffer) => T): T }): string =>
  secret.use((bytes) => bytes.toString('utf8'));

/**
 * A session that could not be had means that the call waiting for it never left. Errors keep AWS's
 * name and say which call it answered.
 */
function guarded(
  parts: IdentityParts,
  operation: string,
  asks: CloudCredential,
  inner: IdentityProvider,
): IdentityProvider {
  return async () => {
    try {
      return await inner();
    } catch (cause) {
      const { error, retry } = classify(asRejected(cause, asks), {
        operation,
        repeatable: true,
        changes: false,
        justMade: false,
        skew: parts.skew(),
        practice: null,
        credential: asks.name ?? null,
        ofKey: () => ({}),
      });
      const again = retry === 'transient' || retry === 'throttled' ? 'unsent' : retry;
      throw new OperationError(
        error.code,
        { ...error.details, retry: again },
        { ...(error.external ? { external: error.external } : {}), cause },
      );
    }
  };
}

/** Failures to read or use the files carry no reply; everything else is classified as it came. */
function asRejected(cause: unknown, asks: CloudCredential): unknown {
  if (!(cause instanceof Error) || cause.name !== 'CredentialsProviderError') return cause;
  return new OperationError(
    'CREDENTIAL_REJECTED',
    { retry: 'credential', problem: 'the profile cannot be used', ...byName(asks.name) },
    { external: { name: cause.name, at: 'profile' }, cause },
  );
}

function roleProvider(credential: RoleCredential, parts: IdentityParts): IdentityProvider {
  const { route, transport, ports } = parts;
  const source = identityProvider(credential.source, parts);
  const provider = fromTemporaryCredentials({
    masterCredentials: source,
    params: {
      RoleArn: credential.roleArn,
      RoleSessionName: `keyreeve-${ports.random(6).toString('hex')}`,
      DurationSeconds: credential.durationSeconds ?? 3600,
      ...(credential.externalId === undefined ? {} : { ExternalId: credential.externalId }),
      ...(credential.mfaSerial === undefined ? {} : { SerialNumber: credential.mfaSerial }),
    },
    mfaCodeProvider: (serial) => askForCode(ports, credential, serial),
    clientConfig: clientSettings(route, transport, route.customSts),
  });
  return () => provider();
}

async function askForCode(
  ports: CloudPorts,
  asks: CloudCredential,
  serial: string,
): Promise<string> {
  const answer = await ports.ask.secret({
    kind: 'pin',
    prompt: `Code of the MFA device ${serial}`,
  });
  if (answer === null)
    throw rejected(asks, 'the code of the MFA device is needed', { mfaSerial: serial });
  const code = Buffer.from(answer).toString('utf8').trim();
  answer.fill(0);
  if (!/^\d{6}$/.test(code))
    throw rejected(asks, 'a code of an MFA device has six digits', { mfaSerial: serial });
  return code;
}

/** Ways of a profile to get credentials that start programs or call other services. */
const refusedWays: readonly string[] = [
  'credential_process',
  'sso_session',
  'sso_start_url',
  'web_identity_token_file',
  'credential_source',
  'login_session',
];

function profileProvider(credential: ProfileCredential, parts: IdentityParts): IdentityProvider {
  const { route, transport, ports } = parts;
  const files = {
    ...(credential.credentialsFile === undefined ? {} : { filepath: credential.credentialsFile }),
    ...(credential.configFile === undefined ? {} : { configFilepath: credential.configFile }),
  };
  const provider = fromIni({
    profile: credential.profile,
    ...files,
    ignoreCache: true,
    mfaCodeProvider: (serial) => askForCode(ports, credential, serial),
    roleAssumer: async (source, params) => {
      const sts = createSts(route, transport, async () => source, ports.clock);
      const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
      const reply = await sts.send(new AssumeRoleCommand(params));
      const made = reply.Credentials;
      if (!made?.AccessKeyId || !made.SecretAccessKey || !made.SessionToken) {
        throw rejected(credential, 'AWS made no session for the role');
      }
      return {
        accessKeyId: made.AccessKeyId,
        secretAccessKey: made.SecretAccessKey,
        sessionToken: made.SessionToken,
        expiration: made.Expiration ?? dateAt(ports.clock.now() + 15 * 60_000),
      };
    },
  });
  return async (): Promise<Identity> => {
    await checkProfile(credential, files);
    return await provider();
  };
}

/** @throws OperationError CREDENTIAL_REJECTED for a profile that is absent or does more than name keys and a role */
async function checkProfile(
  credential: ProfileCredential,
  files: { readonly filepath?: string; readonly configFilepath?: string },
): Promise<void> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    ...files,
    ignoreCache: true,
  });
  const seen = new Set<string>();
  for (let next: string | undefined = credential.profile; next !== undefined && !seen.has(next); ) {
    seen.add(next);
    const profile: Record<string, string | undefined> | undefined =
      configFile[next] || credentialsFile[next]
        ? { ...configFile[next], ...credentialsFile[next] }
        : undefined;
    if (profile === undefined)
      throw rejected(credential, 'there is no such profile', { profile: next });
    const way = refusedWays.find((each) => profile[each] !== undefined);
    if (way !== undefined) {
      throw rejected(credential, 'only profiles with keys or a role are read', {
        profile: next,
        setting: way,
      });
    }
    next = profile['source_profile'];
  }
}
