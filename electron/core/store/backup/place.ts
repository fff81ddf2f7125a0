import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import { diskFailure, onDisk } from '../disk-errors.ts';
import { standingAt, syncFolder } from '../durable-file.ts';
import { incrementsName, manifestName, readManifest } from './manifest.ts';

/** One full copy, as its folder and manifest present it (nothing proved yet). */
export interface FullCopy {
  readonly folder: string;
  readonly generation: number;
  readonly takenAt: number;
  readonly commitNumber: number;
  readonly increments: string;
}

const fullPrefix = 'full-';
const partialPrefix = '.partial-';

/**
 * The folder in which a store's copies stand in a backup place; made when it is not there.
 * `known`: copies were made there before, so that where their folder is missing the place is another one.
 * @throws OperationError BACKUP_PLACE_MISSING when the place is not there (a stick not plugged in
 *   must not become a folder of the same name, nor its empty mount point a place), BACKUP_PLACE_UNUSABLE
 *   when it is no folder, is the keystore's own, or cannot be written.
 */
export function openPlace(
  place: string,
  keystorePath: string,
  storeId: string,
  known: boolean,
): string {
  try {
    const real = requirePlace(place, keystorePath);
    const folder = join(real, `keyreeve-${storeId}`);
    if (standingAt(folder) === null) {
      if (known) throw new OperationError('BACKUP_PLACE_MISSING', { place, emptied: true });
      mkdirSync(folder, { mode: 0o700 });
      syncFolder(real);
    }
    return folder;
  } catch (error) {
    throw asPlaceFailure(error, place);
  }
}

/**
 * Looks whether a folder may be the backup place of a keystore, without changing anything there.
 * Answers with its real path.
 * @throws OperationError BACKUP_PLACE_MISSING, BACKUP_PLACE_UNUSABLE
 */
export function requirePlace(place: string, keystorePath: string): string {
  if (standingAt(place) === null) throw new OperationError('BACKUP_PLACE_MISSING', { place });
  try {
    const real = realpathSync(place);
    const there = standingAt(real);
    if (there === null || !there.isDirectory()) throw unusable(place, 'it is not a folder');
    if (real === realpathSync(dirname(keystorePath)))
      throw unusable(place, 'it is the folder of the keystore itself');
    accessSync(real, constants.W_OK);
    return real;
  } catch (error) {
    throw asPlaceFailure(error, place);
  }
}

/** Does one file system hold both, so that what happens to its disk happens to both? Of a place that is there. */
export const onOneDisk = (place: string, keystorePath: string): boolean =>
  onDisk('look at backup place', () => statSync(place).dev === statSync(dirname(keystorePath)).dev);

/** Trouble with the second disk is not trouble with the keystore's own. */
export function asPlaceFailure(error: unknown, place: string): unknown {
  if (error instanceof OperationError && !error.code.startsWith('DISK_')) return error;
  const name =
    error instanceof OperationError ? error.external?.name : (error as NodeJS.ErrnoException).code;
  if (typeof name !== 'string') return error;
  const external = { name, at: 'backup place' };
  const told = diskFailure(error, 'backup place');
  const full = told instanceof OperationError && told.code === 'DISK_FULL';
  const details = full ? { place, full } : { place };
  return new OperationError('BACKUP_PLACE_UNUSABLE', details, { external, cause: error });
}

/** Every full copy in a store's folder, newest last. Folders without a readable manifest are none. */
export function fullCopies(folder: string): FullCopy[] {
  const names = onDisk('list backups', () => readdirSync(folder));
  return names
    .filter((name) => name.startsWith(fullPrefix))
    .flatMap((name) => {
      const copy = presented(join(folder, name));
      return copy === null ? [] : [copy];
    })
    .sort((a, b) => a.generation - b.generation);
}

/** Which folder a person means: a full copy, a store's folder (its newest), or a whole place. */
export function findCopy(path: string): string {
  if (standingAt(path) === null)
    throw new OperationError('BACKUP_PLACE_MISSING', { place: path, from: path });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw noBackup();
  if (standingAt(join(path, manifestName)) !== null) return path;
  const stores = onDisk('list backups', () => readdirSync(path)).filter((name) =>
    name.startsWith('keyreeve-'),
  );
  const found = [path, ...stores.map((name) => join(path, name))].flatMap((folder) =>
    standingAt(folder)?.isDirectory() === true ? fullCopies(folder).slice(-1) : [],
  );
  if (found.length > 1)
    throw new OperationError('AMBIGUOUS_NAME', { place: path, stores: found.length });
  const [only] = found;
  if (only === undefined) throw noBackup();
  return only.folder;
}

const noBackup = (): OperationError =>
  new OperationError('BACKUP_INVALID', { part: 'manifest', why: 'missing' });

/** The number of the next full copy: above every one there, also those that cannot be read. */
export function nextGeneration(folder: string): number {
  const numbers = onDisk('list backups', () => readdirSync(folder)).map((name) =>
    name.startsWith(fullPrefix) ? Number.parseInt(name.slice(fullPrefix.length), 10) : 0,
  );
  return 1 + numbers.reduce((most, each) => (each > most ? each : most), 0);
}

/** The name of a full copy: its number and the commit it holds. */
export const fullName = (generation: number, commit: number): string =>
  `${fullPrefix}${String(generation).padStart(6, '0')}-commit-${commit}`;

export const partialName = (suffix: string): string => `${partialPrefix}${suffix}`;

/** Removes all but the newest copies and what a crash left unfinished. */
export function prune(folder: string, keep: number): void {
  for (const copy of fullCopies(folder).slice(0, -keep)) {
    rmSync(copy.folder, { recursive: true, force: true });
  }
  for (const name of readdirSync(folder)) {
    if (name.startsWith(partialPrefix))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
  syncFolder(folder);
}

function presented(folder: string): FullCopy | null {
  try {
    const { content } = readManifest(join(folder, manifestName));
    const { generation, takenAt, commitNumber } = content;
    const increments = join(folder, incrementsName(commitNumber));
    return { folder, generation, takenAt, commitNumber, increments };
  } catch (error) {
    // Not a copy that could be restored, so it is neither counted nor removed.
    if (error instanceof OperationError && error.code === 'BACKUP_INVALID') return null;
    throw error;
  }
}

const unusable = (place: string, why: string): OperationError =>
  new OperationError('BACKUP_PLACE_UNUSABLE', { place, why });
