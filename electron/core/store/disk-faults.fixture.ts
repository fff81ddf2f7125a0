import { randomBytes } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A small disk of its own that a test can fill up and make read-only. Needs root on Linux. */
export class SmallDisk {
  readonly path = mkdtempSync(join(tmpdir(), 'keyreeve-disk-'));
  readonly #bound: string[] = [];

  /** Null where such a disk cannot be had; the test then says that it did not run. */
  static mount(size: string): SmallDisk | null {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
    const disk = new SmallDisk();
    const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk.path]);
    if (done.status === 0) return disk;
    rmSync(disk.path, { recursive: true, force: true });
    return null;
  }

  remount(options: string): void {
    execFileSync('mount', ['-o', `remount,${options}`, this.path]);
  }

  /** Makes one file on it read-only, and nothing beside it. */
  readOnlyFile(file: string): void {
    execFileSync('mount', ['--bind', file, file]);
    this.#bound.push(file);
    execFileSync('mount', ['-o', 'remount,ro,bind', file]);
  }

  dispose(): void {
    for (const file of this.#bound) spawnSync('umount', ['-l', file]);
    // Lazily: a failed test may still have a file open there.
    spawnSync('umount', ['-l', this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }
}

export const haveStrace = spawnSync('strace', ['-V']).status === 0;

/**
 * Lets another process open the store at `path` and commit ten times, while strace makes system
 * calls fail or kills it. Answers what that process said: one line for each commit it believes in.
 */
export function writeUnderFault(
  path: string,
  rootKey: Buffer,
  inject: string,
): { readonly lines: string[]; readonly status: number | null } {
  const module = (name: string): string =>
    JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  const script = `
    import { randomBytes } from 'node:crypto';
    import { Secret } from ${module('../kernel/secret.ts')};
    import { nodeClock } from ${module('../kernel/node-clock.ts')};
    import { openStoreWithRootKey } from ${module('./store-file.ts')};
    import { writeSync } from 'node:fs';
    const say = (line) => writeSync(1, line + '\\n');
    const rootKey = Secret.adopt(Buffer.from('${rootKey.toString('hex')}', 'hex'));
    try {
      const store = await openStoreWithRootKey({ path: ${JSON.stringify(path)}, rootKey, clock: nodeClock, random: randomBytes });
      say('condition ' + await store.verify());
      for (let n = 0; n < 10; n++) {
        try {
          store.change(() => store.db.prepare('insert into setting values (?, ?)').run('${randomBytes(4).toString('hex')}-' + n, 'x'.repeat(3000)));
          say('committed ' + store.commitNumber);
        } catch (error) { say('failed ' + (error.code ?? error)); }
      }
      store.close();
      say('closed');
    } catch (error) { say('failed ' + (error.code ?? error)); }`;
  // Only calls on the database's own descriptors count: strace's path filter sees to that.
  const files = [path, `${path}-wal`].flatMap((file) => ['-P', file]);
  const run = spawnSync(
    'strace',
    [
      '-f',
      '-o',
      '/dev/null',
      ...files,
      '-e',
      `inject=${inject}`,
      process.execPath,
      '--input-type=module',
      '--eval',
      script,
    ],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return { lines: run.stdout.split('\n').filter((line) => line !== ''), status: run.status };
}
