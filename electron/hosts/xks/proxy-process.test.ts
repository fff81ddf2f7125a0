import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigurationInput } from './configuration.ts';
import { ProxyDidNotStart, ProxyProcess } from './proxy-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kr-proxy-process-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a program that stands for the proxy: it says what `says` writes, and stays. */
const start = (says: string): Promise<ProxyProcess> => {
  const program = join(folder, 'program.mjs');
  const stays = `process.stdin.once('close', () => process.exit(0)).resume();`;
  writeFileSync(program, `import { writeFileSync } from 'node:fs';\n${stays}\n${says}\n`);
  const input = { stateFolder: join(folder, 'state') } as ConfigurationInput;
  return ProxyProcess.start(input, () => undefined, program);
};
const ready = '{"xksProxy":"ready","port":8443,"probePort":null}';

describe('a proxy that is started', () => {
  it('is ready once its line is whole, however it arrives', async () => {
    const halves = [ready.slice(0, 20), `${ready.slice(20)}\nmore\n`].map((part) =>
      JSON.stringify(part),
    );
    const proxy = await start(
      `process.stdout.write(${halves[0]}, () => setImmediate(() => process.stdout.write(${halves[1]})));`,
    );
    expect(proxy).toMatchObject({ port: 8443, probePort: null });
    await proxy.stop();
    expect(readdirSync(join(folder, 'state'))).toEqual([]);
  });

  it.each([
    ['no JSON', 'listening'],
    ['another thing', '{"xksProxy":"ready","port":"8443"}'],
  ])('did not start when it says %s, and is not left behind', async (_, line) => {
    const mark = join(folder, 'ended');
    const started = start(
      `process.on('exit', () => writeFileSync(${JSON.stringify(mark)}, ''));
       process.on('SIGTERM', () => process.exit(0));
       process.stdout.write(${JSON.stringify(`${line}\n`)});`,
    );
    await expect(started).rejects.toThrow(ProxyDidNotStart);
    await expect(started).rejects.toThrow('it said something else than that it listens');
    expect(existsSync(mark)).toBe(true);
    expect(readdirSync(join(folder, 'state'))).toEqual([]);
  });

  it('is killed where it does not end by itself', async () => {
    const proxy = await start(
      `process.on('SIGTERM', () => undefined); process.stdout.write(${JSON.stringify(`${ready}\n`)});`,
    );
    await proxy.stop(50);
    // No exit code: a signal ended it.
    expect(await proxy.ended()).toBeNull();
  });

  it('says why it ended, to its last word', async () => {
    const word = JSON.stringify({ event: 'xks.start.failed', problem: 'the port is taken' });
    const started = start(
      `process.stderr.write(${JSON.stringify(`${'x'.repeat(200_000)}\n${word}\n`)}, () => process.exit(1));`,
    );
    await expect(started).rejects.toThrow(new ProxyDidNotStart('the port is taken'));
  });
});
