import { resolve } from 'node:path';
import type { Command } from 'commander';
import { descriptor } from '../../transport/argv/values.ts';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { AttachRequest } from '../../../core/assembly/choose-token.ts';
import type { CommandContext } from '../command-context.ts';
import { loginIfNeeded } from '../interactive.ts';
import { hsmText, modulesText } from '../render/keystore.ts';
import { styleFor } from '../render/moments.ts';
import { type Session, whenChecked } from '../session.ts';
import type { Run } from './noun.ts';

/** `hsm list|status|attach|login|probe` */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .command('list')
    .description('list PKCS#11 modules on this computer and the tokens in them')
    .option('--module <file>', 'a module that is not found by itself')
    .action((options: { module?: string }) => run((context) => list(context, options)));
  noun
    .command('status')
    .description('show the attached HSM, its token, its master key and what the probe found')
    .action(() => run(status));
  noun
    .command('attach')
    .description('bind this keystore to one token, probe it, and find or make its master key')
    .requiredOption('--module <file>', 'the PKCS#11 module of the HSM')
    .option('--serial <serial>', 'serial number of the token')
    .option('--label <label>', 'label of the token')
    .option('--create-master', 'make the master key of this keystore on the token')
    .option('--second-copy <text>', 'where the second copy of the master key is kept')
    .option('--initialize-token', 'set up an empty token first (practice and software modules)')
    .option('--so-pin-fd <n>', 'read the PIN of the security officer from a descriptor', descriptor)
    .option('--so-pin-file <file>', 'read the PIN of the security officer from a file')
    .action((options: AttachOptions) => run((context) => attach(context, options)));
  noun
    .command('login')
    .description('try a PIN once')
    .action(() => run(login));
  noun
    .command('probe')
    .description('try what the token really does, with throw-away keys')
    .action(() => run(probe));
}

async function list(context: CommandContext, options: { module?: string }): Promise<void> {
  const session = await context.unopened();
  const module = options.module === undefined ? {} : { module: resolve(options.module) };
  const output = await session.call('hsm.list', module);
  context.show(output, (shown) => modulesText(shown, styleFor(context.screen)));
}

async function status(context: CommandContext): Promise<void> {
  const session = await context.opened();
  await whenChecked(session);
  const output = await session.call('hsm.status', {});
  context.show(output, (shown) => hsmText(shown, styleFor(context.screen)));
}

interface AttachOptions {
  readonly module: string;
  readonly serial?: string;
  readonly label?: string;
  readonly createMaster?: boolean;
  readonly secondCopy?: string;
  readonly initializeToken?: boolean;
  readonly soPinFd?: number;
  readonly soPinFile?: string;
}

async function attach(context: CommandContext, options: AttachOptions): Promise<void> {
  const { module, serial, label } = options;
  const session = await context.opened();
  const request = {
    module: resolve(module),
    ...(serial === undefined ? {} : { serial }),
    ...(label === undefined ? {} : { label }),
    createMaster: options.createMaster === true,
    secondCopy: options.secondCopy ?? null,
    initializeToken: options.initializeToken === true,
    confirmLastTry: context.options.confirmLastTry === true,
  };
  const pins = (await takesPin(session, request)) ? await attachPins(context, options) : {};
  const output = await session.call('hsm.attach', { ...request, ...pins });
  context.show(output, (shown) => hsmText(shown, styleFor(context.screen)));
}

/**
 * Nobody is asked for a PIN before it is clear that there is a token that takes it. False where the module
 * shows none that is set up: the core says which of its reasons it is.
 */
async function takesPin(
  session: Session,
  request: AttachRequest & { readonly module: string; readonly serial?: string },
): Promise<boolean> {
  const { chooseToken, requireFitting, requireNewLabel } = await import(
    '../../../core/assembly/choose-token.ts'
  );
  const { realm } = await session.call('keystore.status', {});
  if (realm !== null) requireFitting(request, realm);
  const { modules } = await session.call('hsm.list', { module: request.module });
  const { failure = null, tokens = [] } = modules[0] ?? {};
  if (failure) throw OperationError.from(failure);
  if (request.initializeToken) {
    requireNewLabel(tokens, request.label ?? '');
    return true;
  }
  if (tokens.length === 0) return false;
  const inUse = (await session.call('hsm.status', {})).token?.serial;
  chooseToken(tokens, { ...request, inUse });
  return true;
}

async function attachPins(
  context: CommandContext,
  options: AttachOptions,
): Promise<{ pin: Uint8Array<ArrayBuffer>; soPin?: Uint8Array<ArrayBuffer> }> {
  const name = options.label ?? options.serial;
  const of = name === undefined ? 'the token' : `token “${name}”`;
  const pin = await context.secret({
    ...context.pinSource(`${options.initializeToken ? 'New PIN' : 'PIN'} of ${of}`),
    twice: options.initializeToken === true,
  });
  if (options.initializeToken !== true) return { pin };
  const soPin = await context.secret({
    option: 'so-pin',
    fd: options.soPinFd,
    file: options.soPinFile,
    prompt: `New PIN of the security officer of ${of}`,
    twice: true,
  });
  return { pin, soPin };
}

async function login(context: CommandContext): Promise<void> {
  const session = await context.opened();
  const { token } = await session.call('hsm.status', {});
  const name = token ? `token “${token.label}”, serial ${token.serial}` : 'the HSM';
  const output = await session.call('hsm.login', {
    pin: await context.secret(context.pinSource(`PIN of ${name}`)),
    confirmed: context.options.confirmLastTry === true,
  });
  context.show(output, (shown) => hsmText(shown, styleFor(context.screen)));
}

async function probe(context: CommandContext): Promise<void> {
  const session = await context.opened();
  await loginIfNeeded(context, session);
  const output = await session.call('hsm.probe', {});
  context.show(output, (shown) => hsmText(shown, styleFor(context.screen)));
}
