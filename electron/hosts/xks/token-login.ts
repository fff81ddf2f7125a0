import { readFile } from 'node:fs/promises';
import { Secret } from '../../core/kernel/secret.ts';
import type { Logger } from '../../core/ports.ts';
import type { Configuration } from './configuration.ts';
import { RefusedPin } from './refused-pin.ts';

/** The PIN of a proxy's token. */
export interface TokenLogin {
  /** Gives it to `login` if it may be tried; what comes of that is logged. */
  try(login: (bytes: Uint8Array) => Promise<unknown>): Promise<void>;
  /** Forgets one that was not tried. */
  drop(): void;
}

/**
 * A PIN of which a refusal is final, for later processes too: noted before it is tried, so that neither a
 * crash nor a disk that takes no note tries it at every start.
 */
export async function tokenLogin(configuration: Configuration, log: Logger): Promise<TokenLogin> {
  const { device, stateFolder } = configuration;
  let entry = await readPin(configuration);
  if (device.driver !== 'pkcs11' || entry === null) return nothingToTry;
  const note = new RefusedPin(stateFolder, device.tokenSerial, entry);
  const failed = (event: string, error: unknown): void => {
    log.log('error', event, { code: codeOf(error) });
  };
  const noted = (change: Promise<void>): Promise<void> =>
    change.catch((error: unknown) => failed('xks.login.not-noted', error));
  return {
    async try(login: (bytes: Uint8Array) => Promise<unknown>): Promise<void> {
      const pin = entry;
      entry = null;
      if (pin === null) return;
      const ended = await tryOnce(pin, note, login, failed);
      if (ended === 'not noted' || ended === 'unanswered') return void (entry = pin);
      if (ended === 'accepted') await noted(note.forget());
      if (ended === 'refused') await noted(note.refused());
      if (ended === 'not asked') await noted(note.takeBack());
      if (ended === 'not tried') log.log('error', 'xks.login.not-tried', { problem: again(note) });
      pin.dispose();
    },
    drop: (): void => {
      entry?.dispose();
      entry = null;
    },
  };
}

const nothingToTry: TokenLogin = {
  try: async (): Promise<void> => undefined,
  drop: (): void => undefined,
};

type Ended = 'accepted' | 'refused' | 'not asked' | 'unanswered' | 'not tried' | 'not noted';

const endings: Readonly<Record<string, Ended>> = {
  HSM_PIN_REFUSED: 'refused',
  // known from what the token reports, before it is given a PIN
  HSM_PIN_LAST_TRY: 'not asked',
  HSM_PIN_LOCKED: 'not asked',
};

async function tryOnce(
  pin: Secret,
  note: RefusedPin,
  login: (bytes: Uint8Array) => Promise<unknown>,
  failed: (event: string, error: unknown) => void,
): Promise<Ended> {
  try {
    if ((await note.begin()) !== null) return 'not tried';
  } catch (error) {
    failed('xks.login.not-noted', error);
    return 'not noted';
  }
  try {
    await pin.use(login);
    return 'accepted';
  } catch (error) {
    failed('xks.login.refused', error);
    return endings[codeOf(error)] ?? 'unanswered';
  }
}

const again = ({ file }: RefusedPin): string =>
  `The token refused this PIN before, or nobody learned what it said, so it is not tried again. If it is the token's PIN, remove ${file} and start again.`;

function codeOf(error: unknown): string {
  const { code = 'failed' } = error as Partial<NodeJS.ErrnoException>;
  return code;
}

async function readPin({ device }: Configuration): Promise<Secret | null> {
  if (device.driver === 'software') return null;
  const content = await readFile(device.pinFile);
  const end = content.at(-1) === 0x0a ? content.length - 1 : content.length;
  const pin = Secret.copyOf(content.subarray(0, end));
  content.fill(0);
  return pin;
}
