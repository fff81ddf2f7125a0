import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Paths are no secrets, so they may come from the environment. */
export function defaultKeystore(environment: Environment): string {
  return environment['KEYREEVE_KEYSTORE'] || join(dataFolder(environment), 'default.keystore');
}

/** An empty HOME is no home: it would be the folder one happens to be in. */
const home = (): string => homedir() || userInfo().homedir;

export const dataFolder = (environment: Environment): string =>
  join(environment['XDG_DATA_HOME'] || join(home(), '.local', 'share'), 'keyreeve');

/** What belongs to this computer and user: sockets, device id, log. */
export const stateFolder = (environment: Environment): string =>
  environment['KEYREEVE_STATE'] ||
  join(environment['XDG_STATE_HOME'] || join(home(), '.local', 'state'), 'keyreeve');
