import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Call, InputFor } from '../../electron/hosts/cli/operations.ts';

/** What another system gives for a key: the wrapped key, and its KCV. */
export type Wrapped = Pick<InputFor<'group.planBringIn'>, 'file' | 'kcv'>;

/**
 * Another system, which has a key in clear: a folder and OpenSSL, with the very lines that go with the transport
 * key. `kcv`: whether it can tell one.
 */
export async function wrapElsewhere(
  desk: { readonly call: Call },
  group: string,
  secret: Uint8Array,
  { kcv: tells = true } = {},
): Promise<Wrapped & { readonly pem: string }> {
  const { pem, sha256, commands } = await desk.call('group.prepareBringIn', { group });
  const cwd = mkdtempSync(join(tmpdir(), 'keyreeve-elsewhere-'));
  writeFileSync(join(cwd, 'transport.pem'), pem);
  writeFileSync(join(cwd, 'key.bin'), secret);
  const lines = tells ? commands : commands.slice(0, 2);
  const [fingerprint, , kcv] = lines.map(({ line }) =>
    execFileSync('bash', ['-c', line], { cwd, encoding: 'utf8' }),
  );
  expect(fingerprint).toContain(sha256);
  const file = readFileSync(join(cwd, 'wrapped.bin')).toString('base64');
  rmSync(cwd, { recursive: true, force: true });
  return { file, kcv: kcv?.trim() ?? '', pem };
}
