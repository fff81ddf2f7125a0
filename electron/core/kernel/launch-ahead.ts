import type { ChildChannel, ProcessLauncher } from '../ports.ts';

type Entry = Parameters<ProcessLauncher['launch']>[0];
type Environment = Readonly<Record<string, string>>;

/**
 * Starts a process before it is known whether it is needed, so that it comes up while its parent
 * does. The first launch of the same program with the same environment gets it; any other ends it.
 */
export function launchAhead(
  launcher: ProcessLauncher,
  entry: Entry,
  environment: Environment,
): ProcessLauncher {
  let ahead: ChildChannel | null = launcher.launch(entry, environment);
  return {
    launch(wanted, given = {}) {
      const ready = ahead;
      ahead = null;
      if (ready !== null && wanted === entry && isSame(given, environment)) return ready;
      ready?.kill();
      return launcher.launch(wanted, given);
    },
  };
}

function isSame(a: Environment, b: Environment): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
