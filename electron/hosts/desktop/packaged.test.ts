import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveCheck, changedFile, fusesOf, type PackagedPlace, tryPackaged } from './packaged.ts';

const wire = (fuses: string): Buffer =>
  Buffer.concat([
    Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
    Buffer.from([1, fuses.length]),
    Buffer.from(fuses),
  ]);

let folder: string;
let place: PackagedPlace;
const native = (): string => join(folder, 'a', 'b.node');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-packaged-'));
  place = {
    manifest: join(folder, 'packaged.json'),
    unpacked: folder,
    program: join(folder, 'program'),
  };
  mkdirSync(join(folder, 'a'));
  writeFileSync(native(), 'native');
  const sum = createHash('sha256').update('native').digest('hex');
  writeFileSync(
    place.manifest,
    JSON.stringify({ native: { 'a/b.node': sum }, fuses: '010011001' }),
  );
  writeFileSync(place.program, Buffer.concat([Buffer.alloc(99, 1), wire('010011001')]));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what was packaged', () => {
  it('is itself', () => {
    expect(changedFile(place)).toBeNull();
    expect(tryPackaged(place)).toEqual({ 'native code': 'ok', fuses: 'ok' });
  });

  it('is noticed when native code was changed, or is gone', () => {
    writeFileSync(native(), 'nativE');
    expect(changedFile(place)).toBe(native());
    expect(tryPackaged(place)['native code']).toContain('changed');
    rmSync(native());
    expect(changedFile(place)).toBe(native());
  });

  it('is not vouched for by a list that is gone or is none', () => {
    writeFileSync(place.manifest, '{"native":[]}');
    expect(changedFile(place)).toBe(place.manifest);
    rmSync(place.manifest);
    expect(changedFile(place)).toBe(place.manifest);
  });

  it('says whether Electron checks the archive, and why it does not', () => {
    const inArchive = { ...place, manifest: join(folder, 'app.asar', 'dist', 'packaged.json') };
    expect(archiveCheck(null, 'win32')).toBe('no archive');
    expect(archiveCheck(place, 'win32')).toBe('no archive');
    expect(archiveCheck(inArchive, 'win32')).toBe('checked by Electron');
    expect(archiveCheck(inArchive, 'linux')).toMatch(/^not checked: Electron does so on Windows/);
    writeFileSync(place.program, wire('010001001'));
    expect(archiveCheck(inArchive, 'darwin')).toBe('not checked: the fuse is off');
  });

  it('is noticed when a fuse is not as it was burnt', () => {
    writeFileSync(place.program, wire('110011001'));
    expect(tryPackaged(place).fuses).toBe('not as packaged: 110011001');
    writeFileSync(place.program, 'no fuses');
    expect(tryPackaged(place).fuses).toBe('not as packaged: none found');
  });
});

describe('the fuses of a large program', () => {
  // 2 ** 20 is the length of what is read at once.
  it.each([0, 2 ** 20 - 40, 2 ** 20 - 1, 2 ** 20, 3 * 2 ** 20 + 5])('are found at %i', (at) => {
    writeFileSync(place.program, Buffer.concat([Buffer.alloc(at, 1), wire('0101')]));
    expect(fusesOf(place.program)).toBe('0101');
    writeFileSync(
      place.program,
      Buffer.concat([Buffer.alloc(at, 1), wire('0101'), Buffer.alloc(2 ** 21, 2)]),
    );
    expect(fusesOf(place.program)).toBe('0101');
  });
});
