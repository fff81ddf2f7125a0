import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { DescribeKeyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { expect, it } from 'vitest';
import { startPractice } from '../electron/hosts/demo/practice-process.ts';
import { practiceRoot, region } from './support/outside-aws.ts';

const demo = fileURLToPath(new URL('../electron/hosts/demo/main.ts', import.meta.url));

interface Told {
  readonly ok: boolean;
  readonly keys: readonly { readonly keyId: string; readonly state: string }[];
  readonly aliasHolder: string;
  readonly synchronized: {
    readonly keyId: string;
    readonly materialIdBefore: string;
    readonly materialIdAfter: string;
    readonly stateAfterDelete: string;
    readonly stateAfterImport: string;
  };
  readonly jobs: readonly { readonly state: string }[];
  readonly auditVerified: boolean;
}

it('plays the main job and tells what an AWS client sees from outside', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kr-demo-'));
  try {
    const child = spawn(process.execPath, [demo, '--json', '--keep', folder], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    const told = JSON.parse(out.trim().split('\n').at(-1) ?? '') as Told;
    expect(code).toBe(0);
    expect(told).toMatchObject({ ok: true, auditVerified: true });
    expect(told.jobs.map((job) => job.state)).toEqual(['done', 'done', 'done', 'done']);
    expect(told.synchronized).toMatchObject({
      stateAfterDelete: 'PendingImport',
      stateAfterImport: 'Enabled',
      materialIdAfter: told.synchronized.materialIdBefore,
    });

    const practice = await startPractice(['--data', join(folder, 'practice-kms.db')]);
    const aws = new KMSClient({ endpoint: practice.url, region, credentials: practiceRoot });
    try {
      for (const { keyId, state } of told.keys) {
        const { KeyMetadata } = await aws.send(new DescribeKeyCommand({ KeyId: keyId }));
        expect([KeyMetadata?.KeyState, KeyMetadata?.Origin]).toEqual([state, 'EXTERNAL']);
      }
      const { Aliases = [] } = await aws.send(new ListAliasesCommand({}));
      const ours = Aliases.filter((alias) => alias.AliasName === 'alias/payments-demo');
      expect(ours.map((alias) => alias.TargetKeyId)).toEqual([told.aliasHolder]);
    } finally {
      aws.destroy();
      await practice.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
