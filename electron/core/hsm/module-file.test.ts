import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createHsmBridge } from './bridge/client.ts';
import { listTokens } from './bridge/one-shot.ts';
import { inspectModule, listModules } from './module-file.ts';
import { softHsm, softHsmModule, testPorts } from './token.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyreeve-module-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

it.each([
  ['a relative path', 'libsofthsm2.so', 'BAD_INPUT'],
  ['a path with NUL', '/usr/lib/softhsm/\0', 'BAD_INPUT'],
  ['nothing there', '/no/such/module.so', 'HSM_MODULE_UNUSABLE'],
  ['a folder', folder, 'HSM_MODULE_UNUSABLE'],
  ['a device', '/dev/null', 'HSM_MODULE_UNUSABLE'],
])('refuses %s before anything is started', async (_, path, code) => {
  await expect(inspectModule(path)).rejects.toMatchObject({ code });
  await expect(listTokens(testPorts, { module: path })).rejects.toMatchObject({ code });
});

it('shows where a symlink leads and what the file is', async () => {
  const target = inFolder('module.so', 'abc');
  symlinkSync(target, join(folder, 'link.so'));
  expect(await inspectModule(join(folder, 'link.so'))).toEqual({
    path: join(folder, 'link.so'),
    resolved: target,
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  });
});

it('refuses a file that is not the pinned one', async () => {
  const module = inFolder('changed.so', 'abc');
  const { sha256 } = await inspectModule(module);
  inFolder('changed.so', 'abd');
  await expect(inspectModule(module, sha256)).rejects.toMatchObject({
    code: 'HSM_MODULE_UNUSABLE',
    details: { expected: sha256 },
  });
});

it.each([
  ['text', () => inFolder('text.so', 'not a library')],
  ['a library that is no PKCS#11 module', () => '/lib/x86_64-linux-gnu/libm.so.6'],
])('says in words that %s does not load', async (_, module) => {
  await expect(listTokens(testPorts, { module: module() })).rejects.toMatchObject({
    code: 'HSM_MODULE_UNUSABLE',
    details: { problem: 'This file does not load as a PKCS#11 module.' },
  });
});

it.skipIf(softHsm.missing !== null)('says of a module that it does not start', async () => {
  const tokens = join(folder, 'tokens-of-somebody-else');
  const configuration = inFolder('softhsm2.conf', `directories.tokendir = ${tokens}\n`);
  const { resolved } = await inspectModule(softHsmModule);
  const environment = { SOFTHSM2_CONF: configuration };
  await expect(listTokens(testPorts, { module: softHsmModule, environment })).rejects.toMatchObject(
    {
      code: 'HSM_UNAVAILABLE',
      details: { starting: resolved },
      external: { name: 'CKR_GENERAL_ERROR', at: 'C_Initialize' },
    },
  );
});

it.skipIf(softHsm.missing !== null)('lists known modules once each, and their tokens', async () => {
  const modules = await listModules();
  const { resolved } = await inspectModule(softHsmModule);
  expect(modules.filter((module) => module.resolved === resolved)).toHaveLength(1);

  const token = await softHsm.make();
  const { target } = token;
  if (target.driver !== 'pkcs11') throw new Error('not a module');
  const tokens = await listTokens(testPorts, target);
  expect(tokens.map(({ label, serial, initialized }) => ({ label, serial, initialized }))).toEqual(
    expect.arrayContaining([
      { label: target.tokenLabel, serial: target.tokenSerial, initialized: true },
      { label: '', serial: '', initialized: false },
    ]),
  );
  token.remove();
});

it.skipIf(softHsm.missing !== null)('attaches only the pinned file', async () => {
  const token = await softHsm.make();
  const bridge = createHsmBridge(testPorts);
  if (token.target.driver !== 'pkcs11') throw new Error('not a module');
  const wrong = { ...token.target, moduleSha256: '00'.repeat(32) };
  await expect(bridge.attach(wrong)).rejects.toMatchObject({ code: 'HSM_MODULE_UNUSABLE' });
  expect(bridge.state).toBe('none');
  const { module } = await bridge.attach(token.target);
  expect(module).toEqual(await inspectModule(softHsmModule));
  await bridge.detach();
  token.remove();
});
