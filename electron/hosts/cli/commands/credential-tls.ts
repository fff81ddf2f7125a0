import type { Command } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CommandContext } from '../command-context.ts';
import { confirmed } from '../interactive.ts';
import type { InputFor } from '../operations.ts';
import { previewText, tlsText } from '../render/credential-tls.ts';
import { styleFor } from '../render/moments.ts';
import { fileBytes } from '../secret-files.ts';
import { OptionForField } from '../typed-names.ts';
import { descriptor } from '../../transport/argv/values.ts';
import type { Run } from './noun.ts';

/** What the contract takes of one PEM text, and of a private key, in bytes. */
const longestPem = 65_536;
const longestKey = 16_384;

interface SetOptions {
  readonly ca: string;
  readonly validateHost: boolean;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly clientKeyPassphraseFd?: number;
  readonly clientKeyPassphraseFile?: string;
  readonly keepClient?: boolean;
  readonly trustCa?: boolean;
  readonly trustAnyHost?: boolean;
}

/** `credential tls show|set|reset` */
export function addTlsVerbs(noun: Command, run: Run): void {
  noun
    .command('show')
    .argument('<credential>')
    .description('whom the connections of a credential believe to be AWS')
    .action((credential: string) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('credential.tls', { credential });
        context.show(output, (shown) => tlsText(shown, styleFor(context.screen)));
      }),
    );
  addSet(noun, run);
  noun
    .command('reset')
    .argument('<credential>')
    .description('believe the usual authorities again; erases the client certificate')
    .action((credential: string) =>
      run(async (context) => {
        const session = await context.opened();
        const output = await session.call('credential.resetTls', { credential });
        context.show(output, (shown) => tlsText(shown, styleFor(context.screen)));
      }),
    );
}

function addSet(noun: Command, run: Run): void {
  noun
    .command('set')
    .argument('<credential>')
    .description('believe a certificate authority of your own instead of the usual ones')
    .requiredOption('--ca <file>', 'PEM: one authority or several')
    .addOption(
      new OptionForField(
        '--client-certificate <file>',
        'PEM, its chain behind',
        'client.certificate',
      ),
    )
    .addOption(
      new OptionForField('--client-key <file>', 'PEM: its private key', 'client.privateKey'),
    )
    .addOption(
      new OptionForField(
        '--client-key-passphrase-file <file>',
        'read the passphrase of the key from a file',
        'client.passphrase',
      ),
    )
    .option(
      '--client-key-passphrase-fd <n>',
      'read the passphrase of the key from an open descriptor',
      descriptor,
    )
    .addOption(
      new OptionForField('--keep-client', 'the client certificate that is kept stays', 'client'),
    )
    .option('--no-validate-host', 'do not compare the host name with the certificate')
    .option('--trust-ca', 'whoever holds that CA could read the keys sent to AWS: I know')
    .option('--trust-any-host', 'so could whoever holds any certificate of it: I know')
    .action((credential: string, options: SetOptions) =>
      run(async (context) => {
        const session = await context.opened();
        const ca = textOf(options.ca, '--ca');
        const certificate =
          options.clientCertificate === undefined
            ? null
            : textOf(options.clientCertificate, '--client-certificate');
        const preview = await session.call('credential.previewTls', {
          ca,
          client: certificate === null ? null : { certificate },
        });
        context.remark(previewText(preview, styleFor(context.screen)));
        const client = await clientOf(context, certificate, options);
        const output = await session.call('credential.setTls', {
          credential,
          ca,
          client,
          ...(await trustOf(context, options)),
        });
        context.show(output, (shown) => tlsText(shown, styleFor(context.screen)));
      }),
    );
}

async function trustOf(context: CommandContext, options: SetOptions) {
  const { validateHost, trustCa, trustAnyHost } = options;
  const ask = (yes: boolean | undefined, question: string) =>
    confirmed(context, yes === true ? { yes } : {}, question);
  const trustAuthority = await ask(
    trustCa,
    'Whoever holds this authority could read the keys sent to AWS. Trust it?',
  );
  const asksHost = !validateHost && trustAuthority;
  return {
    validateHost,
    trustAuthority,
    trustAnyHost:
      asksHost &&
      (await ask(
        trustAnyHost,
        'The host name is not checked: whoever holds any certificate of this authority could read the keys. Leave it unchecked?',
      )),
  };
}

const wrong = (field: string, problem: string): OperationError =>
  new OperationError('BAD_INPUT', { field, problem });

type Client = NonNullable<InputFor<'credential.setTls'>['client']>;

async function clientOf(
  context: CommandContext,
  certificate: string | null,
  options: SetOptions,
): Promise<Client | null> {
  const { clientKey, keepClient } = options;
  if (keepClient === true) {
    if (certificate === null && clientKey === undefined) return 'kept';
    throw wrong('--keep-client', 'give either --keep-client or a new client certificate');
  }
  if (certificate === null && clientKey === undefined) return null;
  if (certificate === null || clientKey === undefined)
    throw wrong('--client-certificate', 'give --client-certificate and --client-key together');
  const read = fileBytes(clientKey, '--client-key', longestKey, (mode) => {
    if ((mode & 0o077) !== 0)
      context.warn(`${clientKey} can be read by other accounts: chmod 600 it.`);
  });
  const privateKey = Uint8Array.from(read);
  const encrypted = read.includes('ENCRYPTED');
  read.fill(0);
  if (privateKey.length === 0) throw wrong('--client-key', `${clientKey} is empty`);
  if (!encrypted) return { certificate, privateKey };
  const passphrase = await context.secret({
    option: 'client-key-passphrase',
    fd: options.clientKeyPassphraseFd,
    file: options.clientKeyPassphraseFile,
    prompt: `Passphrase of ${clientKey}`,
  });
  return { certificate, privateKey, passphrase };
}

function textOf(file: string, field: string): string {
  const text = fileBytes(file, field, longestPem).toString('utf8');
  if (text === '') throw wrong(field, `${file} is empty`);
  return text;
}
