import type { Failure } from '../../../shared/errors/operation-error.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { quoted } from './shell-words.ts';

/** Real keys in a browser: only where their owner has said so, elsewhere than in that browser. */
export function RefusedByConsole({
  failure,
  path,
}: {
  readonly failure: Failure;
  readonly path: string;
}) {
  const command = `keyreeve --keystore ${quoted(path)}`;
  return (
    <FailureNotice failure={failure}>
      <p>On the command line, beside this console: unlock it there first, then allow it.</p>
      <CommandLine command={`${command} keystore unlock`} />
      <CommandLine command={`${command} setting change --allow-console`} />
    </FailureNotice>
  );
}
