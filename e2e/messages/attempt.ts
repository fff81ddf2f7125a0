import { join } from 'node:path';
import { outputOf, type Call } from '../../electron/hosts/cli/operations.ts';
import { InTestDesktop } from '../../electron/hosts/desktop/desktop.fixture.ts';
import { ConsoleProcess } from '../support/console-process.ts';
import { OutsideAws } from '../support/outside-aws.ts';
import { campaign, type Outcome } from './campaign.ts';
import { IpcTransport } from './ipc-transport.ts';
import { fill, passphraseBytes, stateHash } from './stage.ts';
import { WebTransport } from './web-transport.ts';

export interface AttemptOptions {
  readonly count: number;
  readonly seed: string;
  readonly progress?: (sent: number) => void;
}

/** A campaign against one host, and what its keystore held before and afterwards. */
export interface Attempt {
  readonly outcome: Outcome;
  readonly before: string;
  readonly after: string;
}

async function web(options: AttemptOptions): Promise<Attempt> {
  await using aws = await OutsideAws.start();
  await using host = await ConsoleProcess.start();
  const lock = async (): Promise<string> => {
    await host.call('keystore.lock', {});
    host.disconnect();
    return stateHash(host.keystore);
  };
  const things = await fill(host.call, aws);
  const before = await lock();
  await taken(host);
  await host.call('keystore.unlock', { passphrase: passphraseBytes() });
  await verified(host.call);
  await using transport = await WebTransport.open(host);
  const outcome = await campaign(transport, { ...options, things });
  return { outcome, before, after: await lock() };
}

async function ipc(options: AttemptOptions): Promise<Attempt> {
  await using aws = await OutsideAws.start();
  const desktop = new InTestDesktop();
  try {
    await desktop.start();
    const call: Call = async (name, input) => {
      const answer = await desktop.call(name, input);
      if ('lost' in answer) throw new Error('the core is gone');
      return outputOf<typeof name>(answer);
    };
    const lock = async (): Promise<string> => {
      await call('keystore.lock', {});
      return stateHash(join(desktop.folder, 'a.keystore'));
    };
    const things = await fill(call, aws);
    const before = await lock();
    await call('keystore.unlock', { passphrase: passphraseBytes() });
    await verified(call);
    await using transport = new IpcTransport(desktop);
    const outcome = await campaign(transport, { ...options, things });
    return { outcome, before, after: await lock() };
  } finally {
    await desktop.stop();
  }
}

const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** After a lock another process takes the keystore; until it has, nobody answers. */
async function taken(host: ConsoleProcess): Promise<void> {
  for (;;) {
    const there = await host.call('keystore.status', {}).then(
      () => true,
      () => false,
    );
    if (there) return;
    host.disconnect();
    await moment();
  }
}

async function verified(call: Call): Promise<void> {
  while ((await call('keystore.status', {})).state !== 'verified') await moment();
}

export const attempts = { web, ipc } as const;
export type TransportName = keyof typeof attempts;
