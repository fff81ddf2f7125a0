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
  return (
    <FailureNotice failure={failure}>
      <CommandLine command={`keyreeve --keystore ${quoted(path)} setting change --allow-console`} />
    </FailureNotice>
  );
}
