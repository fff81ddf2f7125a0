import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Rectangle } from 'electron';
import { z } from 'zod';
import { makeFolder } from '../../core/kernel/make-folder.ts';
import { smallest } from './window-options.ts';

const side = z.number().int().min(-100_000).max(100_000);
const place = z.object({ x: side, y: side, width: side, height: side });

const usual = { width: 1280, height: 820 } as const;
/** So much of the title bar must be on a screen that a pointer can take it (pixels). */
const graspable = { width: 120, height: 32 } as const;

const fileOf = (stateFolder: string): string => join(stateFolder, 'desktop', 'window.json');

/**
 * Where the window was last, if that is still on a screen; else only a size, and the system finds a
 * place.
 */
export function lastPlace(
  stateFolder: string,
  screens: readonly Rectangle[],
): Rectangle | { readonly width: number; readonly height: number } {
  const last = readPlace(stateFolder);
  if (!last) return usual;
  const width = Math.max(last.width, smallest.width);
  const height = Math.max(last.height, smallest.height);
  const seen = screens.some(
    (screen) =>
      last.y >= screen.y &&
      last.y + graspable.height <= screen.y + screen.height &&
      Math.min(last.x + width, screen.x + screen.width) - Math.max(last.x, screen.x) >=
        graspable.width,
  );
  return seen ? { x: last.x, y: last.y, width, height } : { width, height };
}

/** A convenience: a window that cannot be remembered opens at its usual size. */
export function rememberPlace(stateFolder: string, bounds: Rectangle): void {
  const file = fileOf(stateFolder);
  const { x, y, width, height } = bounds;
  try {
    makeFolder(dirname(file));
    writeFileSync(`${file}.new`, JSON.stringify({ x, y, width, height }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // Nothing depends on it.
  }
}

function readPlace(stateFolder: string): Rectangle | null {
  try {
    const parsed = place.safeParse(JSON.parse(readFileSync(fileOf(stateFolder), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
