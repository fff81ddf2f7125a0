import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Where what was packaged is, in a program that was. */
export interface PackagedPlace {
  /** Inside the archive, which a fuse protects on Windows and macOS. */
  readonly manifest: string;
  /** The folder beside the archive that native code is loaded from; nothing protects it. */
  readonly unpacked: string;
  /** The file that holds the fuses. */
  readonly program: string;
}

const manifestShape = z.strictObject({
  /** SHA-256 of each file with native code. */
  native: z.record(z.string(), z.string()),
  /** What each fuse was set to, `1` or `0`, in their order. */
  fuses: z.string().regex(/^[01]+$/),
});

const read = ({ manifest }: PackagedPlace) =>
  manifestShape.parse(JSON.parse(readFileSync(manifest, 'utf8')));

/** The first file with native code that is not the one that was packaged, else null. */
export function changedFile(place: PackagedPlace): string | null {
  try {
    const wrong = Object.entries(read(place).native).find(
      ([name, sum]) => sumOf(join(place.unpacked, name)) !== sum,
    );
    return wrong === undefined ? null : join(place.unpacked, wrong[0]);
  } catch {
    // A list that is gone or cannot be read vouches for nothing.
    return place.manifest;
  }
}

function sumOf(path: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return null;
  }
}

/** How Electron's binary begins its fuses: this text, a version, their number, one character each. */
const sentinel = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1');
const mostFuses = 64;
const block = 1 << 20;

/** The fuses of a program (`1`, `0`, `r` for removed), or null where it has none. */
export function fusesOf(program: string): string | null {
  const file = openSync(program, 'r');
  try {
    // Blocks overlap, so that no wire is cut in two.
    const overlap = sentinel.length + 2 + mostFuses;
    const bytes = Buffer.alloc(block + overlap);
    for (let at = 0; ; at += block) {
      const length = readSync(file, bytes, 0, bytes.length, at);
      const found = bytes.subarray(0, length).indexOf(sentinel);
      if (found >= 0 && found < block) {
        const wire = found + sentinel.length + 2;
        return bytes.toString('latin1', wire, wire + (bytes[wire - 1] ?? 0));
      }
      if (length <= block) return null;
    }
  } finally {
    closeSync(file);
  }
}

/** The place of the fuse by which Electron holds `app.asar` against a sum in its program. */
const integrityFuse = 4;

/** Does Electron itself check the archive that this program was started from, and if not, why. */
export function archiveCheck(place: PackagedPlace | null, system: NodeJS.Platform): string {
  if (place === null || !/[\\/]app\.asar[\\/]/.test(place.manifest)) return 'no archive';
  if (fusesOf(place.program)?.[integrityFuse] !== '1') return 'not checked: the fuse is off';
  return system === 'win32' || system === 'darwin'
    ? 'checked by Electron'
    : 'not checked: Electron does so on Windows and macOS only';
}

/** What a self-test says of the program's files: `ok`, or what is wrong. */
export function tryPackaged(place: PackagedPlace): Record<'native code' | 'fuses', string> {
  const changed = changedFile(place);
  if (changed !== null) return { 'native code': `changed: ${changed}`, fuses: 'not looked at' };
  const fuses = fusesOf(place.program);
  const as = read(place).fuses === fuses ? 'ok' : `not as packaged: ${fuses ?? 'none found'}`;
  return { 'native code': 'ok', fuses: as };
}
