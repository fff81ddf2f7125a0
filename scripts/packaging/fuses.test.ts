import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { afterPack, programIn } from './after-pack.mjs';
import { burnFuses, differingFuses, released } from './fuses.mjs';

const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** As Electron ships: on, off, on, on, off, off, off, on, on. */
const shipped = '101100011';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyreeve-fuses-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file with a fuse wire in it, as Electron's binary has one. */
function program(path: string, wire: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    Buffer.concat([
      Buffer.alloc(1000, 7),
      Buffer.from(sentinel),
      Buffer.from([1, wire.length]),
      Buffer.from(wire),
      Buffer.alloc(1000, 9),
    ]),
  );
  return path;
}
const wireOf = (path: string): string => {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(sentinel) + sentinel.length;
  return bytes.subarray(at + 2, at + 2 + (bytes[at + 1] ?? 0)).toString('latin1');
};

describe('the fuses', () => {
  it('are burnt as decided and nothing else is touched', async () => {
    const path = program(join(folder, 'a'), shipped);
    await burnFuses(path);
    expect(wireOf(path)).toBe('010011001');
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(2000 + sentinel.length + 2 + 9);
    expect(bytes.subarray(0, 1000).every((byte) => byte === 7)).toBe(true);
    expect(await differingFuses(path)).toEqual([]);
  });

  it('fail the build when Electron has one more, or one less', async () => {
    await expect(burnFuses(program(join(folder, 'more'), `${shipped}1`))).rejects.toThrow(
      '10 fuses',
    );
    await expect(burnFuses(program(join(folder, 'less'), shipped.slice(0, 8)))).rejects.toThrow(
      'WasmTrapHandlers',
    );
  });

  it('fail the build when one was forgotten', async () => {
    const { RunAsNode: _one, ...wanted } = released;
    const path = program(join(folder, 'a'), shipped);
    await expect(burnFuses(path, { wanted })).rejects.toThrow('RunAsNode');
    expect(wireOf(path)).toBe(shipped);
  });

  it('fail the build when one does not take, because Electron removed it', async () => {
    const path = program(join(folder, 'a'), 'r01100011');
    await burnFuses(path).catch(() => undefined);
    expect(await differingFuses(program(join(folder, 'b'), 'r10011001'))).toEqual(['RunAsNode']);
  });

  it('are read back by name, those that nobody decided about included', async () => {
    const path = program(join(folder, 'a'), '1100110011');
    expect(await differingFuses(path)).toEqual(['RunAsNode', 'fuse 9']);
  });
});

describe('a packed program', () => {
  const context = (electronPlatformName: string) => ({
    appOutDir: folder,
    electronPlatformName,
    packager: { appInfo: { productFilename: 'Keyreeve' }, executableName: 'keyreeve-desktop' },
  });

  it('is found on every system', () => {
    expect(['linux', 'win32', 'darwin'].map((name) => programIn(context(name)))).toEqual([
      join(folder, 'keyreeve-desktop'),
      join(folder, 'Keyreeve.exe'),
      join(folder, 'Keyreeve.app'),
    ]);
  });

  it('gets its fuses', async () => {
    mkdirSync(join(folder, 'resources'));
    const path = program(join(folder, 'keyreeve-desktop'), shipped);
    await afterPack(context('linux'));
    expect(wireOf(path)).toBe('010011001');
  });

  it.each(['app-update.yml', 'default_app.asar', 'app'])('must not carry %s', async (name) => {
    mkdirSync(join(folder, 'resources', name), { recursive: true });
    program(join(folder, 'keyreeve-desktop'), shipped);
    await expect(afterPack(context('linux'))).rejects.toThrow(name);
  });

  it('must be there', async () => {
    await expect(afterPack(context('linux'))).rejects.toThrow('no program');
  });
});
