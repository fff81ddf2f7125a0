import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { configuration, readConfiguration } from './configuration.ts';
import { servingConfiguration } from './serving-configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyreeve-serving-'));
afterAll(() => rmSync(folder, { recursive: true }));

const prepared = (pinFile: string | null) => ({
  folder,
  realm: 'real' as const,
  servingSet: join(folder, 'serving-set'),
  servingKey: join(folder, 'serving-key'),
  nodes: join(folder, 'nodes'),
  certificate: null,
  device: {
    driver: 'pkcs11' as const,
    module: '/usr/lib/hsm.so',
    moduleSha256: '',
    libraryParameters: null,
    environment: null,
    tokenSerial: '1',
    tokenLabel: 'vault',
    pinFile,
  },
});
const wishes = {
  node: 'one',
  listen: { host: '127.0.0.1', port: 0 },
  probe: null,
  certificate: '/chain.pem',
  privateKey: '/key.pem',
  softwareKeysForOthers: false,
};

it('asks for the PIN of a token that nobody named, and takes the file or the descriptor', () => {
  const of = (pinFile: string | null) =>
    servingConfiguration(prepared(null), { ...wishes, pinFile });
  expect(() => of(null)).toThrow(
    expect.objectContaining({
      code: 'BAD_INPUT',
      details: {
        field: '--token-pin-file',
        problem: expect.stringContaining('token vault needs its PIN') as string,
      },
    }),
  );
  for (const [given, read] of [
    ['/pin', '/pin'],
    ['fd:3', '/dev/fd/3'],
  ] as const) {
    expect(configuration.parse(of(given)).device).toMatchObject({ pinFile: read });
  }
});

it('names what is not right in a configuration, in one sentence', () => {
  const right = servingConfiguration(prepared('/pin'), { ...wishes, pinFile: null });
  expect(readConfiguration(right).node).toBe('one');
  for (const [wrong, said] of [
    [{ node: '..' }, 'node: is not 1 to 64'],
    [{ listen: { host: '::1', port: 443 } }, 'listen.host: is no IPv4 address'],
    [{ fleet: 2 }, '"fleet"'],
  ] as const) {
    const read = () => readConfiguration({ ...right, ...wrong });
    expect(read).toThrow(/^The configuration is not right: [^\n]+\.$/);
    expect(read).toThrow(said);
  }
});
