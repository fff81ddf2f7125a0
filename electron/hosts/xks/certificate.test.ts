import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeClock } from '../../core/kernel/node-clock.ts';
import { CertificateWatch, certificateMarks, readCertificate } from './certificate.ts';
import type { Configuration } from './configuration.ts';
import { selfSigned } from './self-signed.ts';

let folder: string;
let configuration: Configuration;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kr-certificate-'));
  chmodSync(folder, 0o755);
  const certificate = join(folder, 'certificate.pem');
  const privateKey = join(folder, 'private-key.pem');
  configuration = { certificate, privateKey, clientCertificates: null } as Configuration;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const made = () => selfSigned('localhost', Date.now(), 20 * 24 * 60 * 60_000);

/** Puts a file in the place of another one, as a whole. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function replaceBoth({ certificate, privateKey } = made()): void {
  replace(configuration.certificate, certificate);
  replace(configuration.privateKey, privateKey);
}

/** Watches what lies there; `applied` are the contexts that it served since, `logged` what it told. */
async function watching() {
  const applied: SecureContextOptions[] = [];
  const logged: string[] = [];
  const start = {
    certificate: await readCertificate(configuration),
    marks: await certificateMarks(configuration),
  };
  const log = { log: (_level: string, event: string) => void logged.push(event) };
  const watch = new CertificateWatch({ clock: nodeClock, log }, configuration, start, (context) =>
    applied.push(context),
  );
  return { watch, applied, logged };
}

/** Does something that may not read what belongs to the owner of these files alone. */
async function withoutRight(work: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) {
    chmodSync(configuration.privateKey, 0);
    await work();
    chmodSync(configuration.privateKey, 0o600);
    return;
  }
  process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a certificate that is replaced', () => {
  it('is served once it may be read, although nothing else of it changes', async () => {
    replaceBoth();
    const { watch, applied, logged } = await watching();
    replaceBoth();
    await withoutRight(async () => {
      for (let looks = 0; looks < 50; looks += 1) await watch.reload();
      expect(watch.problem).toContain('EACCES');
    });
    await watch.reload();
    expect([applied.length, watch.problem]).toEqual([1, null]);
    expect(logged).toEqual(['xks.certificate.refused', 'xks.certificate.replaced']);
  });

  it('is served by the last reading, although one before it takes longer', async () => {
    replaceBoth();
    const { watch, applied } = await watching();
    rmSync(configuration.privateKey);
    execFileSync('mkfifo', [configuration.privateKey]);
    const first = watch.reload();
    const slow = await open(configuration.privateKey, 'w');
    replaceBoth();
    const second = watch.reload();
    // as long as a second reading takes that does not wait
    for (let time = 0; time < 20; time += 1) await readCertificate(configuration);
    await slow.writeFile(made().privateKey);
    await slow.close();
    await Promise.all([first, second]);
    expect([applied.length, watch.problem]).toEqual([1, null]);
  });
});
