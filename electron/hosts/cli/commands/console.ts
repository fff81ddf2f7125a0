import { dirname } from 'node:path';
import type { Command } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { consoleTexts } from '../../../../shared/text/console.ts';
import { lockingText } from '../../../../shared/text/locks.ts';
import { makePrivateFolder } from '../../../core/store/durable-file.ts';
import type { ConsoleLink } from '../../console/console.ts';
import { dataFolder } from '../../transport/argv/global-options.ts';
import { portNumber } from '../../transport/argv/values.ts';
import { connectSocket } from '../../transport/socket/connect.ts';
import { socketPlace } from '../../transport/socket/place.ts';
import type { CommandContext } from '../command-context.ts';
import { toldToStop } from '../told-to-stop.ts';
import type { Run } from './noun.ts';

/** `console`: the window in a browser of this computer, by a link that works once. */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .option(
      '--port <n>',
      'listen on this port (for SSH forwarding: the same on both sides)',
      portNumber,
    )
    .option('--no-open', 'open no browser: only print the link')
    .action((options: ConsoleOptions) => run((context) => openConsole(context, options)));
  noun
    .command('link')
    .description('print another one-time link of the console that runs')
    .action(() => run(anotherLink));
}

interface ConsoleOptions {
  readonly port?: number;
  readonly open: boolean;
}

async function openConsole(context: CommandContext, options: ConsoleOptions): Promise<void> {
  const running = await linkOfHolder(context, 'KEYSTORE_IN_USE');
  if (running) {
    // The same keystore has one console: another start is another way to its window.
    requireItsPort(running, options.port);
    sayReady(context, running);
    return;
  }
  if (dirname(context.keystorePath) === dataFolder(process.env)) {
    makePrivateFolder(dataFolder(process.env));
  }
  const stop = toldToStop();
  const { startConsole } = await import('../../console/start-console.ts');
  const { keystorePath, stateFolder } = context;
  const port = options.port ?? 0;
  const console = await startConsole({ keystorePath, stateFolder, port, say: context.warn });
  const { openWindow } = await import('../../console/open-window.ts');
  const link = console.link();
  const window = options.open ? openWindow(link.url, () => console.expectLanding()) : null;
  try {
    sayReady(context, link);
    const end = await Promise.race([stop.told, console.gaveUp.then(() => 'gave-up' as const)]);
    if (end === 'gave-up') throw new OperationError('INTERNAL', { at: 'console' });
    context.remark(lockingText(0));
  } finally {
    window?.close();
    await console.stop();
  }
}

/** A console that runs stays on its port. @throws OperationError BAD_INPUT */
function requireItsPort({ url }: ConsoleLink, wanted: number | undefined): void {
  const port = Number(new URL(url).port);
  if (wanted === undefined || wanted === port) return;
  const problem = `the console of this keystore runs already, on port ${port}: end it first, or leave --port out`;
  throw new OperationError('BAD_INPUT', { field: 'port', problem });
}

async function anotherLink(context: CommandContext): Promise<void> {
  const link = await linkOfHolder(context, 'NEEDS_CONSOLE');
  if (!link) throw new OperationError('NEEDS_CONSOLE', {});
  const { url, expiresAt } = link;
  if (context.json) context.screen.json({ url, expiresAt });
  else context.screen.out(consoleTexts.openLink(url));
}

/**
 * A link of the console that has this keystore; null when nobody has it.
 * @throws OperationError `ifDaemon` where it is a daemon that has it
 */
async function linkOfHolder(
  context: CommandContext,
  ifDaemon: 'KEYSTORE_IN_USE' | 'NEEDS_CONSOLE',
): Promise<ConsoleLink | null> {
  const client = await connectSocket(socketPlace(context.stateFolder, context.keystorePath));
  if (!client) return null;
  try {
    const reply = await client.call('console.link', {});
    if (reply.ok) return reply.output as ConsoleLink;
    if (reply.failure.code === 'NO_SUCH_OPERATION') throw new OperationError(ifDaemon, {});
    throw OperationError.from(reply.failure);
  } finally {
    client.close();
  }
}

function sayReady(context: CommandContext, { url, pid }: ConsoleLink): void {
  const { keystorePath: keystore } = context;
  if (context.json) context.screen.json({ ready: true, url, keystore, pid });
  else context.screen.out(consoleTexts.openLink(url));
}
