import { hostname, userInfo } from 'node:os';

/** Whom calls of this process are noted under, until custodians exist: account and computer. */
export function localActor(): { actor: string; host: string } {
  let actor = `uid ${process.getuid?.() ?? '?'}`;
  try {
    actor = userInfo().username;
  } catch {
    // An account without a name (a container's random uid) is noted by its number.
  }
  return { actor, host: hostname() };
}
