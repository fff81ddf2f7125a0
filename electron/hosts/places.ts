import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Paths are no secrets, so they may come from the environment. */
export function defaultKeystore(environment: Environment): string {
  return environment['KEYREEVE_KEYSTORE'] || join(dataFolder(environment), 'default.keystore');
}

export const dataFolder = (environment: Environment): string =>
  join(environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'keyreeve');

/** What belongs to this computer and user: sockets, device id, log. */
export const stateFolder = (environment: Environment): string =>
  environment['KEYREEVE_STATE'] ||
  join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'keyreeve');
