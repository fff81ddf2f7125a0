import { consoleTexts } from '../../../shared/text/console.ts';
import { startConsole } from '../console/start-console.ts';
import { openWindow } from '../console/open-window.ts';
import { holderSession } from '../cli/session.ts';
import { toldToStop } from '../cli/told-to-stop.ts';
import { connectSocket } from '../transport/socket/connect.ts';
import { socketPlace } from '../transport/socket/place.ts';

export interface ServeParts {
  readonly keystorePath: string;
  readonly stateFolder: string;
  readonly passphrase: Uint8Array;
  /** Null where the built-in software driver made the keys. */
  readonly pin: Uint8Array | null;
  readonly say: (text: string) => void;
  /** Resolves when whoever started this is gone. */
  readonly gone: Promise<void>;
  /** Told once, when a browser may come. */
  readonly ready: (url: string) => void;
}

/**
 * Keeps the console open on the demo's keystore, unlocked and with its token logged in, until it is
 * told to stop. Passphrase and PIN are said aloud: they guard keys that were made to be played with.
 */
export async function serveConsole(parts: ServeParts): Promise<void> {
  const { keystorePath, stateFolder, say } = parts;
  const stop = toldToStop();
  const console = await startConsole({ keystorePath, stateFolder, port: 0, say });
  const link = console.link();
  const window = openWindow(link.url, () => console.expectLanding());
  try {
    await open(parts);
    say('');
    say(consoleTexts.openLink(link.url));
    say(consoleTexts.anotherLink(stateFolder, keystorePath));
    say(consoleTexts.demoSecrets(text(parts.passphrase), parts.pin && text(parts.pin)));
    parts.ready(link.url);
    await Promise.race([stop.told, parts.gone, console.gaveUp]);
  } finally {
    window?.close();
    await console.stop();
  }
}

async function open({ stateFolder, keystorePath, passphrase, pin }: ServeParts): Promise<void> {
  const connect = () => connectSocket(socketPlace(stateFolder, keystorePath));
  const client = await connect();
  if (!client) throw new Error('the console does not listen on its private socket');
  const session = holderSession(client, connect);
  try {
    await session.call('keystore.unlock', { passphrase: Uint8Array.from(passphrase) });
    if (pin) await session.call('hsm.login', { pin: Uint8Array.from(pin) });
  } finally {
    await session.end();
  }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
