import type { Command } from 'commander';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Core } from '../../../core/core.ts';
import { lockingText } from '../../../../shared/text/locks.ts';
import { canTakeCleanImage, isRenewed, takeCleanImage, watchSecrets } from '../../clean-image.ts';
import { localActor } from '../../local-actor.ts';
import { fileLogger } from '../../log-file.ts';
import { socketPlace } from '../../transport/socket/place.ts';
import { endRenewal, noteRenewal } from '../../transport/socket/renewal.ts';
import { serveSocket } from '../../transport/socket/serve.ts';
import type { CommandContext } from '../command-context.ts';
import type { OutputFor } from '../operations.ts';
import { ownSession } from '../session.ts';
import { toldToStop } from '../told-to-stop.ts';
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
  const renewed = isRenewed(process.env);
  const place = socketPlace(context.stateFolder, context.keystorePath);
  if (!renewed && (await context.holder())) throw new OperationError('KEYSTORE_IN_USE', {});
  const { actor, host } = localActor();
  const caller = { trusted: true, actor, host, channel: 'cli' } as const;
  const own = await ownCore(context, options);
  const renews = canTakeCleanImage();
  const { core, soiled } = renews ? watchSecrets(own, caller) : { core: own, soiled: never };
  const log = fileLogger(context.stateFolder, 'daemon');
  const server = await serveSocket(core, { place, caller: { actor, host }, log });
  endRenewal(place, log);
  const stop = toldToStop();
  let renew = false;
  try {
    const session = ownSession(core, caller);
    if (options.unlock === true && !renewed) await context.unlock(session);
    if (!renewed) sayReady(context, await session.call('keystore.status', {}));
    renew = await Promise.race([stop.told.then(() => false), soiled]);
    if (!renew) context.remark(lockingText(0));
  } finally {
    if (renew) noteRenewal(place, log);
    await server.stopListening();
    await core.stop();
    await server.close();
  }
  if (renew && !stop.isTold()) await takeCleanImage(process.argv.slice(2));
  endRenewal(place, log);
}

const never = new Promise<never>(() => undefined);

async function ownCore(context: CommandContext, options: DaemonOptions): Promise<Core> {
  const { openOwnCore } = await import('../own-core.ts');
  const { nobodyToAsk } = await import('../secret-sources.ts');
  return openOwnCore({
    keystorePath: context.keystorePath,
    verbose: context.options.verbose === true,
    longLived: true,
    unattended: options.unattended === true,
    ask: nobodyToAsk,
  });
}

function sayReady(context: CommandContext, status: OutputFor<'keystore.status'>): void {
  const { state, path } = status;
  if (context.json) context.screen.json({ ready: true, keystore: path, state, pid: process.pid });
  else context.screen.out(`keyreeve daemon ready: ${path} (${state}), process ${process.pid}`);
}
