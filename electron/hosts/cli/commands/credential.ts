import type { Command } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { dateOrNever, descriptor, orNull } from '../../transport/argv/values.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConfirmOptions, confirmed } from '../interactive.ts';
import type { InputFor } from '../operations.ts';
import { credentialsText, credentialText } from '../render/lists.ts';
import { styleFor } from '../render/moments.ts';
import { fileBytes } from '../secret-files.ts';
import { addTlsVerbs } from './credential-tls.ts';
import { addFindForCredential } from './find-in-aws.ts';
import type { Run } from './noun.ts';

const longestCsv = 65_536;

/** `credential import|list|test|find-in-aws|remove`, `credential tls show|set|reset` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .description('list credentials; secrets are never shown')
    .action(() =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('credential.list', {});
        context.show(output, (shown) => credentialsText(shown, styleFor(context.screen)));
      }),
    );
  addImport(noun, run);
  noun
    .command('test')
    .argument('<credential>')
    .description('ask AWS who this credential is')
    .option('--region <region>', 'the Region to ask in')
    .action((credential: string, options: { region?: string }) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('credential.test', { credential, ...options });
        context.show(output, (shown) => credentialText(shown, styleFor(context.screen)));
      }),
    );
  addFindForCredential(noun, run);
  noun
    .command('remove')
    .argument('<credential>')
    .description('remove a credential from this keystore; nothing changes in AWS')
    .option('--yes', 'confirm')
    .action((credential: string, options: ConfirmOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const confirm = await confirmed(context, options, `Remove credential “${credential}”?`);
        const output = await session.call('credential.remove', { credential, confirm });
        context.show(output, () => '✓ Removed.');
      }),
    );
  const tls = noun.command('tls').description('whom its connections believe to be AWS');
  addTlsVerbs(tls.helpCommand(false), run);
}

interface ImportOptions {
  readonly csv?: string;
  readonly accessKeyId?: string;
  readonly secretFd?: number;
  readonly secretFile?: string;
  readonly sessionTokenFd?: number;
  readonly sessionTokenFile?: string;
  readonly expires?: number | 'never';
  readonly profile?: string;
  readonly roleArn?: string;
  readonly source?: string;
  readonly externalId?: string;
  readonly mfaSerial?: string;
  readonly endpoint?: string;
  readonly trustEndpoint?: boolean;
}

function addImport(noun: Command, run: Run): void {
  noun
    .command('import')
    .argument('<name>', 'how it is called here')
    .description('import a credential: one of --csv, --access-key-id, --profile, --role-arn')
    .option('--csv <file>', 'the file AWS gives for an access key')
    .option('--access-key-id <id>', 'typed keys; the secret by prompt, descriptor or file')
    .option('--secret-fd <n>', 'read the secret access key from an open descriptor', descriptor)
    .option('--secret-file <file>', 'read the secret access key from a file')
    .option('--session-token-fd <n>', 'read a session token from an open descriptor', descriptor)
    .option('--session-token-file <file>', 'read a session token from a file')
    .option('--expires <date>', 'when the session ends', dateOrNever)
    .option('--profile <profile>', 'a shared profile of this account')
    .option('--role-arn <arn>', 'a role to assume, from --source')
    .option('--source <credential>', 'the credential that assumes the role')
    .option('--external-id <id>', 'external id of the role')
    .option('--mfa-serial <serial>', 'MFA device of the role')
    .option('--endpoint <url>', 'another endpoint: the practice KMS')
    .option('--trust-endpoint', 'whoever runs that endpoint could read the keys sent there: I know')
    .action((name: string, options: ImportOptions) =>
      run(async (context) => {
        requireOneWay(options);
        const session = await context.opened();
        const input = await importInput(context, name, options);
        const output = await session.call('credential.import', input);
        context.show(output, (shown) => credentialText(shown, styleFor(context.screen)));
      }),
    );
}

const wrong = (problem: string): OperationError =>
  new OperationError('BAD_INPUT', { field: 'credential', problem });

function requireOneWay({ csv, accessKeyId, profile, roleArn }: ImportOptions): void {
  const ways = [csv, accessKeyId, profile, roleArn].filter((way) => way !== undefined);
  if (ways.length === 1) return;
  throw wrong('give exactly one of --csv, --access-key-id, --profile, --role-arn');
}

async function importInput(
  context: CommandContext,
  name: string,
  options: ImportOptions,
): Promise<InputFor<'credential.import'>> {
  const { csv, accessKeyId, profile, roleArn, source } = options;
  const shared = {
    name,
    endpoint: options.endpoint ?? null,
    trustEndpoint: options.trustEndpoint === true,
  };
  if (csv !== undefined) {
    const file = fileBytes(csv, 'csv', longestCsv);
    if (file.length === 0) throw wrong(`${csv} is empty`);
    return { kind: 'csv', ...shared, file: new Uint8Array(file) };
  }
  if (accessKeyId !== undefined) return typedKeys(context, { ...shared, accessKeyId }, options);
  if (profile !== undefined) return { kind: 'profile', ...shared, profile };
  if (roleArn === undefined || source === undefined) throw wrong('--role-arn needs --source');
  return {
    kind: 'assume-role',
    ...shared,
    source,
    roleArn,
    ...(options.externalId === undefined ? {} : { externalId: options.externalId }),
    ...(options.mfaSerial === undefined ? {} : { mfaSerial: options.mfaSerial }),
  };
}

async function typedKeys(
  context: CommandContext,
  known: {
    name: string;
    endpoint: string | null;
    trustEndpoint: boolean;
    accessKeyId: string;
  },
  options: ImportOptions,
): Promise<InputFor<'credential.import'>> {
  const { secretFd, secretFile, sessionTokenFd, sessionTokenFile } = options;
  const secretAccessKey = await context.secret({
    option: 'secret',
    fd: secretFd,
    file: secretFile,
    prompt: `Secret access key of ${known.accessKeyId}`,
  });
  const session = sessionTokenFd !== undefined || sessionTokenFile !== undefined;
  return {
    kind: 'keys',
    ...known,
    secretAccessKey,
    ...(session
      ? {
          sessionToken: await context.secret({
            option: 'session-token',
            fd: sessionTokenFd,
            file: sessionTokenFile,
            prompt: 'Session token',
          }),
        }
      : {}),
    expiresAt: options.expires === undefined ? null : orNull(options.expires),
  };
}
