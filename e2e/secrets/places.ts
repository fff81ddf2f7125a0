import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finder, Hit } from './finder.ts';

/** A file as it is now; `stamp` changes when its content does. */
export interface FoundFile {
  readonly path: string;
  readonly stamp: string;
}

/** The file itself, or every regular file below a folder. What went away meanwhile is left out. */
export function filesIn(place: string): FoundFile[] {
  const paths = statSync(place).isDirectory()
    ? readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [place];
  return paths.flatMap((path) => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats ? [{ path, stamp: `${stats.ino} ${stats.size} ${stats.mtimeNs}` }] : [];
  });
}

export interface FileHit extends Hit {
  readonly path: string;
}

/** Searches names and contents of a file, or of all files below a folder. */
export function searchPlace(place: string, finder: Finder): FileHit[] {
  return filesIn(place).flatMap(({ path }) =>
    [Buffer.from(path), readFileSync(path)].flatMap((bytes) =>
      finder.find(bytes).map((hit) => ({ ...hit, path })),
    ),
  );
}
