import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askProxy, controlSocket } from '../../core/xks/control-client.ts';
import { controlStatus } from '../../core/xks/control-status.fixture.ts';
import { claimFolder, StateFolderInUse } from './claim.ts';
import { listenForControl } from './control.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyreeve-claim-'));
  // deeper than the address of a socket is long
  folder = join(root, 'd'.repeat(120));
  mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true }));

describe('a state folder', () => {
  it('is one process’s at a time, and free again when it lets go', async () => {
    const first = await claimFolder(folder);
    await expect(claimFolder(folder)).rejects.toThrow(StateFolderInUse);
    await expect(claimFolder(folder)).rejects.toThrow(folder);
    await first.release();
    await (await claimFolder(folder)).release();
  });

  it('is taken from one that died by one of those who come for it', async () => {
    // bound, and left behind as a kill leaves it
    const bind = `require('node:net').createServer().listen('in-use.sock', () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', bind], { cwd: folder });
    expect(readdirSync(folder)).toEqual(['in-use.sock']);
    const rivals = await Promise.allSettled(Array.from({ length: 8 }, () => claimFolder(folder)));
    const held = rivals.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(held).toHaveLength(1);
    await expect(claimFolder(folder)).rejects.toThrow(StateFolderInUse);
    expect(readdirSync(folder)).toEqual(['in-use.sock']);
    await held[0]?.release();
  });

  it('may lie deep: its control socket is reached all the same', async () => {
    const key = Buffer.alloc(32, 7);
    const status = controlStatus({ node: 'deep' });
    const control = await listenForControl(controlSocket(folder), key, async () => status);
    expect(await askProxy(controlSocket(folder), key, 'status')).toEqual(status);
    await control.close();
    await expect(askProxy(controlSocket(folder), key, 'status')).rejects.toThrow();
  });

  it('tells by its control socket what it is, in whatever pieces that comes', async () => {
    const key = Buffer.alloc(32, 7);
    // at each end of a piece half of a letter may stand
    const status = controlStatus({ setProblem: `.${'€'.repeat(300_000)}` });
    const control = await listenForControl(controlSocket(folder), key, async () => status);
    const { setProblem } = await askProxy(controlSocket(folder), key, 'status');
    expect(setProblem === status.setProblem).toBe(true);
    await control.close();
  });
});
