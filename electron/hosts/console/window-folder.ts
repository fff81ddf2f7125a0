import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OperationError } from '../../../shared/errors/operation-error.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/**
 * Where the built window is. In a checkout it is built first when its sources have changed; an
 * installed product has it and no sources.
 */
export function windowFolder(say: (text: string) => void): string {
  const folder = path('dist/renderer');
  const builder = path('scripts/build-renderer.mjs');
  if (existsSync(builder) && existsSync(path('renderer/index.html'))) build(builder, say);
  if (!existsSync(folder)) throw new OperationError('INTERNAL', { reason: 'no window was built' });
  return folder;
}

function build(builder: string, say: (text: string) => void): void {
  const run = spawnSync(process.execPath, [builder], { encoding: 'utf8' });
  // An older window that is there still works: whoever changes it sees why it is not the new one.
  if (run.status !== 0) say(run.stderr.trim());
}
