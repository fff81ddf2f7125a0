import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { lockTexts } from '../../../../shared/text/states.ts';
import { portNumber } from '../../transport/argv/values.ts';
import { dataFolder } from '../../transport/argv/global-options.ts';
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
}

interface ConsoleOptions {
  readonly port?: number;
  readonly open: boolean;
}

async function openConsole(context: CommandContext, options: ConsoleOptions): Promise<void> {
  if (await context.holder()) throw new OperationError('KEYSTORE_IN_USE', {});
  if (dirname(context.keystorePath) === dataFolder(process.env)) {
    mkdirSync(dataFolder(process.env), { recursive: true, mode: 0o700 });
  }
  const { startConsole } = await import('../../console/start-console.ts');
  const stop = toldToStop();
  const console = await startConsole({
    keystorePath: context.keystorePath,
    stateFolder: context.stateFolder,
    port: options.port ?? 0,
    say: context.warn,
  });
  try {
    const { url } = console.link();
    sayReady(context, url);
    await stop.told;
    context.remark(lockTexts.locking(0));
  } finally {
    await console.stop();
  }
}

function sayReady(context: CommandContext, url: string): void {
  const { keystorePath: keystore } = context;
  if (context.json) context.screen.json({ ready: true, url, keystore, pid: process.pid });
  else context.screen.out(`Open this link within 5 minutes; it works once: ${url}`);
}
