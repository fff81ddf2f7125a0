import type { Command } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { lockTexts } from '../../../../shared/text/states.ts';
import { fileLogger } from '../../log-file.ts';
import { socketPlace } from '../../transport/socket/place.ts';
import { serveSocket } from '../../transport/socket/serve.ts';
import { type CommandContext, localActor } from '../command-context.ts';
import { ownSession } from '../session.ts';
import type { Run } from './noun.ts';

/** `daemon`: holds a keystore for other commands until it is told to stop. */
export function addVerbs(noun: Command, run: Run): void {
  noun
    .option('--unlock', 'unlock at the start, with the passphrase as for any command')
    .option('--unattended', 'nobody watches: run rotations missed while locked once, unasked')
    .action((options: DaemonOptions) => run((context) => daemon(context, options)));
}

interface DaemonOptions {
  readonly unlock?: boolean;
  readonly unattended?: boolean;
}

async function daemon(context: CommandContext, options: DaemonOptions): Promise<void> {
  if (await context.holder()) throw new OperationError('KEYSTORE_IN_USE', {});
  const { openOwnCore } = await import('../own-core.ts');
  const { nobodyToAsk } = await import('../secret-sources.ts');
  const core = openOwnCore({
    keystorePath: context.keystorePath,
    verbose: context.options.verbose === true,
    longLived: true,
    unattended: options.unattended === true,
    ask: nobodyToAsk,
  });
  const { actor, host } = localActor();
  const server = await serveSocket(core, {
    place: socketPlace(context.stateFolder, context.keystorePath),
    caller: { actor, host },
    log: fileLogger(context.stateFolder, 'daemon'),
  });
  const told = toldToStop();
  try {
    const session = ownSession(core, { trusted: true, actor, host, channel: 'cli' });
    if (options.unlock === true) await context.unlock(session);
    const { state, path } = await session.call('keystore.status', {});
    if (context.json) context.screen.json({ ready: true, keystore: path, state, pid: process.pid });
    else context.screen.out(`keyreeve daemon ready: ${path} (${state}), process ${process.pid}`);
    await told;
    context.remark(lockTexts.locking(0));
  } finally {
    await server.stopListening();
    await core.stop();
    await server.close();
  }
}

/** Resolves on the first request to end; the second ends at once. */
function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let times = 0;
    const onSignal = (): void => {
      times += 1;
      if (times > 1) process.exit(130);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}
