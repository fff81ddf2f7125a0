import { OperationError } from '../../../../shared/errors/operation-error.ts';

/** Options that would put a secret where every process of this computer can read it. */
const secretOptions: Readonly<Record<string, string>> = {
  '--passphrase': 'passphrase',
  '--password': 'passphrase',
  '--new-passphrase': 'new-passphrase',
  '--pin': 'pin',
  '--so-pin': 'so-pin',
  '--secret': 'secret',
  '--secret-key': 'secret',
  '--secret-access-key': 'secret',
  '--session-token': 'session-token',
  '--token': 'session-token',
};

/**
 * Refuses secrets on the command line before anything is parsed or printed. Arguments are seen by
 * every account of the computer and kept in shell histories. Raises BAD_INPUT; never repeats what
 * was given.
 */
export function refuseSecrets(argv: readonly string[]): void {
  for (const argument of argv) {
    if (argument === '--') return;
    const option = argument.split('=', 1)[0] ?? '';
    const source = Object.hasOwn(secretOptions, option) ? secretOptions[option] : undefined;
    if (source === undefined) continue;
    throw new OperationError('BAD_INPUT', {
      field: option,
      problem: `never give a secret as an argument; use --${source}-file, --${source}-fd or the prompt`,
    });
  }
}
