import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OperationError } from '../../../shared/errors/operation-error.ts';

const built = fileURLToPath(new URL('../../../dist/renderer', import.meta.url));
const source = fileURLToPath(new URL('../../../renderer/index.html', import.meta.url));
const builder = fileURLToPath(new URL('../../../scripts/build-renderer.mjs', import.meta.url));

/**
 * Where the built window is. In a checkout it is built first when its sources have changed; an
 * installed product has it and no sources.
 */
export function windowFolder(say: (text: string) => void): string {
  if (existsSync(builder) && existsSync(source)) build(say);
  if (!existsSync(built)) throw new OperationError('INTERNAL', { reason: 'no window was built' });
  return built;
}

function build(say: (text: string) => void): void {
  const run = spawnSync(process.execPath, [builder], { encoding: 'utf8' });
  // An older window that is there still works: whoever changes it sees why it is not the new one.
  if (run.status !== 0) say(run.stderr.trim());
}
