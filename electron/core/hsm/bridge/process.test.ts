import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { nodeLauncher } from '../../kernel/node-launcher.ts';
import type { ProcessLauncher } from '../../ports.ts';
import { builtIn, nss, softHsm, testPorts } from '../token.fixture.ts';
import { createHsmBridge } from './client.ts';

/** A launcher that keeps a copy of every frame in both directions. */
function recording(): { launcher: ProcessLauncher; frames: Buffer[] } {
  const frames: Buffer[] = [];
  const keep = (message: unknown): void => void frames.push(serialize(message));
  const launcher: ProcessLauncher = {
    launch(entry, environment) {
      const channel = nodeLauncher.launch(entry, environment);
      return {
        pid: channel.pid,
        send: (message) => {
          keep(message);
          channel.send(message);
        },
        onMessage: (listener) =>
          channel.onMessage((message) => {
            keep(message);
            listener(message);
          }),
        onExit: (listener) => channel.onExit(listener),
        kill: (signal) => channel.kill(signal),
      };
    },
  };
  return { launcher, frames };
}

/** In how many frames `secret` stands: raw, hex in either case, base64 at any alignment. */
function framesWith(frames: readonly Buffer[], secret: Buffer): number {
  const inside = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), secret]).toString('base64');
    // the characters that depend on the bytes of the secret alone
    return Buffer.from(text.slice(Math.ceil((shift * 4) / 3), -4));
  });
  const hex = secret.toString('hex');
  const spellings = [secret, Buffer.from(hex), Buffer.from(hex.toUpperCase()), ...inside];
  return frames.filter((frame) => spellings.some((spelling) => frame.includes(spelling))).length;
}

describe.each([softHsm, nss, builtIn])('frames of $name', (kind) => {
  it.skipIf(kind.missing !== null)('carry no key in clear', async () => {
    const token = await kind.make();
    const { launcher, frames } = recording();
    const bridge = createHsmBridge({ ...testPorts, launcher });
    await bridge.attach(token.target);
    if (token.pin !== null) await bridge.login(token.pin);
    const { wrappingAlgorithms } = await bridge.probe();
    const { id } = await bridge.createMaster('0e'.repeat(16));
    const blob = await bridge.generateKey(id, 'SYMMETRIC_DEFAULT');
    const pair = generateKeyPairSync('rsa', { modulusLength: 3072 });
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
    const [algorithm] = wrappingAlgorithms;
    if (algorithm === undefined) throw new Error('cannot send');
    const { encryptedKeyMaterial } = await bridge.wrapForAws(blob, spki, algorithm);
    const oaepHash = algorithm === 'RSAES_OAEP_SHA_256' ? 'sha256' : 'sha1';
    const clear = privateDecrypt({ key: pair.privateKey, oaepHash }, encryptedKeyMaterial);

    expect(frames.length).toBeGreaterThan(8);
    expect(framesWith(frames, clear)).toBe(0);
    // what must be there is found, and so is a planted copy in each spelling
    expect(framesWith(frames, Buffer.from(blob.wrapped))).toBeGreaterThan(0);
    for (const spelling of ['hex', 'base64', 'latin1'] as const) {
      const planted = serialize({ x: `ab${clear.toString(spelling)}`, b: clear });
      expect(framesWith([planted], clear)).toBe(1);
    }
    expect(
      framesWith([Buffer.from(Buffer.concat([Buffer.from('a'), clear]).toString('base64'))], clear),
    ).toBe(1);
    await bridge.detach();
    token.remove();
  });
});

const client = import.meta.resolve('./client.ts');
const fixture = import.meta.resolve('../token.fixture.ts');

/** A host process that attaches the built-in device and prints the bridge's process id. */
const host = `
  import { createHsmBridge } from '${client}';
  import { builtIn, testPorts } from '${fixture}';
  const bridge = createHsmBridge(testPorts);
  await bridge.attach((await builtIn.make()).target);
  process.stdout.write(String(bridge.pid));
  setInterval(() => undefined, 1000);`;

function gone(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // no such process
    return true;
  }
}

describe('the bridge process', () => {
  it.each([
    ['idle', () => undefined],
    // no message reaches a process that hangs in its module; the watch has a thread of its own
    ['that hangs and wakes up again', (pid: number) => process.kill(pid, 'SIGSTOP')],
  ])('%s ends with its parent', async (_, meanwhile) => {
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', host], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(printed.toString());
    expect(gone(pid)).toBe(false);
    meanwhile(pid);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    if (!gone(pid)) process.kill(pid, 'SIGCONT');
    await expect.poll(() => gone(pid)).toBe(true);
  });

  it('is given the places of vendor settings, and no credentials', () => {
    const script = `
      import { createHsmBridge } from '${client}';
      import { builtIn, testPorts } from '${fixture}';
      import { readFileSync } from 'node:fs';
      const bridge = createHsmBridge(testPorts);
      await bridge.attach((await builtIn.make()).target);
      process.stdout.write(readFileSync('/proc/' + bridge.pid + '/environ'));
      await bridge.detach();`;
    const environ = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        SOFTHSM2_CONF: '/somewhere/softhsm2.conf',
        AWS_SECRET_ACCESS_KEY: 'must-not-travel',
        CLOUDHSM_PIN: 'must-not-travel',
        KEYREEVE_ANYTHING: 'must-not-travel',
      },
    });
    expect(environ).toContain('SOFTHSM2_CONF=/somewhere/softhsm2.conf');
    expect(environ).not.toContain('must-not-travel');
  });
});
