import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigurationInput } from '../../electron/hosts/xks/configuration.ts';
import { OwnProxy } from './own-proxy.ts';

const resources = fileURLToPath(new URL('../../resources/xks/', import.meta.url));
const entry = fileURLToPath(new URL('../../electron/hosts/xks/main.ts', import.meta.url));
const read = (name: string): string => readFileSync(join(resources, name), 'utf8');
const sample = (): ConfigurationInput => JSON.parse(read('configuration.json')) as never;
const credentials = (text: string): string[] =>
  [...text.matchAll(/"credential:([^"]+)"/g)]
    .map(([, name = '']) => name)
    .toSorted((a, b) => a.localeCompare(b));
const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('what the XKS proxy is run by', () => {
  it.skipIf(!analyze)('is a unit that systemd understands', () => {
    const own = join(folder.folder, 'keyreeve-xks.service');
    const installed = '/opt/Keyreeve/resources/cli/runtime/node';
    const unit = read('keyreeve-xks.service');
    expect(unit).toContain(`ExecStart=${installed} `);
    writeFileSync(own, unit.replaceAll(installed, process.execPath));
    // other units of this computer may have faults
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', own]);
    expect({
      status,
      about: stderr
        .toString()
        .split('\n')
        .filter((line) => line.includes('keyreeve')),
    }).toEqual({ status: 0, about: [] });
  });

  it('is a unit that hands over every secret that the configuration names', () => {
    const loaded = [...read('keyreeve-xks.service').matchAll(/^LoadCredential=([^:]+):/gm)];
    expect(loaded.map(([, name = '']) => name).toSorted((a, b) => a.localeCompare(b))).toEqual(
      credentials(read('configuration.json')),
    );
  });

  it('is a container file of known instructions, not run as root, without a secret', () => {
    const text = read('Containerfile').replaceAll(/\\\n/g, ' ');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const instructions = lines.map((line) => line.split(' ')[0]);
    const known = 'FROM RUN COPY USER ENV VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT';
    expect(instructions.filter((each) => !known.split(' ').includes(each ?? ''))).toEqual([]);
    expect(lines).toContain('USER 10443');
    const entryPoint = lines.find((line) => line.startsWith('ENTRYPOINT '))?.slice(11) ?? '';
    expect(JSON.parse(entryPoint)).toContain('/opt/keyreeve/app/xks-proxy.js');
    const copied = lines
      .filter((line) => line.startsWith('COPY '))
      .map((line) => line.split(' ')[2]);
    expect(copied).toEqual(['runtime', 'app']);
  });
});

let folder: OwnProxy;

beforeAll(async () => {
  folder = await OwnProxy.prepare();
});

afterAll(() => folder.remove());

/** The configuration that is shipped, with the places of this test. */
function adapted(): ConfigurationInput {
  const { device } = JSON.parse(
    readFileSync(folder.at('configuration.json'), 'utf8'),
  ) as ConfigurationInput;
  const secrets = folder.at('credentials');
  mkdirSync(secrets, { mode: 0o700 });
  copyFileSync(folder.at('key'), join(secrets, 'serving-key'));
  copyFileSync(folder.at('private-key.pem'), join(secrets, 'private-key.pem'));
  const secret = device.driver === 'pkcs11' ? device.pinFile : device.keyFile;
  copyFileSync(secret, join(secrets, 'pin'));
  return {
    ...sample(),
    listen: { host: '127.0.0.1', port: 0 },
    probe: { host: '127.0.0.1', port: 0 },
    certificate: folder.at('certificate.pem'),
    servingSet: folder.at('set'),
    stateFolder: folder.at('state'),
    leaveSeconds: 0,
    device:
      device.driver === 'pkcs11'
        ? { ...device, pinFile: 'credential:pin' }
        : { ...device, keyFile: 'credential:pin' },
  };
}

describe('the configuration that is shipped', () => {
  let child: ChildProcess;
  const start = (file: string, env: NodeJS.ProcessEnv): ChildProcess =>
    spawn(process.execPath, [entry, file], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  it('starts a proxy that finds its secrets in the credential folder', async () => {
    const file = folder.at('shipped.json');
    writeFileSync(file, JSON.stringify(adapted()));
    child = start(file, { CREDENTIALS_DIRECTORY: folder.at('credentials') });
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    folder.port = port;
    const kms = folder.kms();
    await expect.poll(async () => (await kms.encrypt(folder.keys.both)).status).toBe(200);
    kms.close();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says what is missing where there is no credential folder', async () => {
    const env = { CREDENTIALS_DIRECTORY: undefined };
    const refused = start(folder.at('shipped.json'), env);
    let said = '';
    refused.stderr?.on('data', (piece: Buffer) => (said += piece.toString()));
    expect(await once(refused, 'close')).toEqual([1, null]);
    expect(said).toContain('CREDENTIALS_DIRECTORY is not set');
  });
});
