import { dirname, sep } from 'node:path';
import { folderAt, standingAt } from '../store/durable-file.ts';

/** What file systems take as one name, and a path whole, less what comes to lie below the folder. Bytes. */
const longestName = 255;
const longestPath = 3_500;

/** Why a folder cannot be where serving sets are published, in words; null where it is or may yet be made. */
export function problemOfFolder(folder: string): string | null {
  if (folder.split(sep).some((name) => Buffer.byteLength(name) > longestName))
    return `a name in that path is longer than the ${longestName} bytes that a folder's may have`;
  if (Buffer.byteLength(folder) > longestPath)
    return `that path is longer than ${longestPath} bytes: what lies in the folder could not be reached`;
  if (fileInTheWay(folder)) return 'that path is a file, or goes through one: name a folder';
  return null;
}

/** Whether the next that stands above a folder that may yet be made, or it itself, is none. */
function fileInTheWay(folder: string): boolean {
  if (standingAt(folder) !== null) return !folderAt(folder);
  const above = dirname(folder);
  return above !== folder && fileInTheWay(above);
}
