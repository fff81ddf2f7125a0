import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { byokClient, type ImportParameters, wrapFor } from './testing/byok.fixture.ts';
import { type PracticeProcess, spawnPracticeKms } from './testing/process.fixture.ts';
import { control } from './testing/raw-client.fixture.ts';

const rounds = 3;
const callsPerRound = 120;
const workerCount = 4;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'practice-kms-crash-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Facts {
  /** Key id to the SHA-256 of its acknowledged material, or null before the import. */
  readonly keys: Map<string, string | null>;
  readonly aliases: Map<string, string>;
  /** Alias changes sent and not acknowledged: either end is right. */
  readonly unsure: Map<string, string>;
  readonly tokens: { keyId: string; given: ImportParameters; material: Buffer }[];
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Works until the process dies under it, noting only what was acknowledged. */
async function work(kms: PracticeProcess, facts: Facts, acknowledged: () => void): Promise<void> {
  const client = byokClient(kms.url);
  const name = `alias/${randomBytes(6).toString('hex')}`;
  for (;;) {
    const keyId = await client.createKey();
    facts.keys.set(keyId, null);
    acknowledged();
    const given = await client.parameters(keyId);
    const material = randomBytes(32);
    facts.tokens.push({ keyId, given, material });
    acknowledged();
    await client.must('ImportKeyMaterial', {
      KeyId: keyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: wrapFor(given.PublicKey, material, 'sha256'),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    facts.keys.set(keyId, sha256(material));
    acknowledged();
    facts.unsure.set(name, keyId);
    const operation = facts.aliases.has(name) ? 'UpdateAlias' : 'CreateAlias';
    await client.must(operation, { AliasName: name, TargetKeyId: keyId });
    facts.aliases.set(name, keyId);
    facts.unsure.delete(name);
    acknowledged();
  }
}

interface StateReply {
  readonly keys: { metadata: { KeyId: string }; materials: { sha256: string | null }[] }[];
  readonly aliases: { name: string; target: string }[];
}

async function compare(kms: PracticeProcess, facts: Facts): Promise<void> {
  const state = await control<StateReply>(kms.controlUrl, 'GET /state');
  const materials = new Map(
    state.keys.map((key) => [key.metadata.KeyId, key.materials[0]?.sha256]),
  );
  const lost = [...facts.keys].filter(
    ([keyId, wanted]) =>
      !materials.has(keyId) || (wanted !== null && materials.get(keyId) !== wanted),
  );
  const targets = new Map(state.aliases.map((alias) => [alias.name, alias.target]));
  const astray = [...facts.aliases].filter(([name, keyId]) => {
    const found = targets.get(name);
    return found !== keyId && found !== facts.unsure.get(name);
  });
  expect({ lost, astray }).toEqual({ lost: [], astray: [] });
}

/** Tokens given out before the crash still work after it. */
async function useTokens(kms: PracticeProcess, facts: Facts): Promise<void> {
  const client = byokClient(kms.url);
  for (const { keyId, given, material } of facts.tokens.splice(0)) {
    await client.must('ImportKeyMaterial', {
      KeyId: keyId,
      ImportToken: given.ImportToken,
      EncryptedKeyMaterial: wrapFor(given.PublicKey, material, 'sha256'),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    });
    facts.keys.set(keyId, sha256(material));
  }
}

test('SIGKILL under load loses no acknowledged call', { timeout: 120_000 }, async () => {
  const file = join(folder, 'data.db');
  const facts: Facts = { keys: new Map(), aliases: new Map(), unsure: new Map(), tokens: [] };
  const start = () =>
    spawnPracticeKms([
      '--data',
      file,
      '--wrapping-key-reuse',
      '100000',
      // A token may have been used by a call whose acknowledgement was killed.
      '--open-point',
      'token-reuse=allowed',
    ]);
  for (let round = 0; round < rounds; round += 1) {
    const kms = await start();
    await compare(kms, facts);
    let calls = 0;
    const acknowledged = () => {
      calls += 1;
      if (calls === callsPerRound) kms.child.kill('SIGKILL');
    };
    const workers = Array.from({ length: workerCount }, () => work(kms, facts, acknowledged));
    await Promise.allSettled(workers);
    expect(await kms.exit).toBe('SIGKILL');
  }
  const last = await start();
  await compare(last, facts);
  expect(facts.keys.size).toBeGreaterThan((rounds * callsPerRound) / 8);
  await useTokens(last, facts);
  await compare(last, facts);
  last.child.kill('SIGTERM');
  expect(await last.exit).toBe(0);
});

test('SIGKILL under reading calls loses no entry of the journal and no last use', async () => {
  const file = join(folder, 'reading.db');
  const first = await spawnPracticeKms(['--data', file]);
  const client = byokClient(first.url);
  const keyId = await client.createKey({ Origin: 'AWS_KMS' });
  const answered = new Set<string>();
  const read = async (): Promise<void> => {
    for (;;) {
      const use = { KeyId: keyId, Plaintext: 'AAAA' };
      const { headers } = await client.call('Encrypt', use);
      answered.add(String(headers['x-amzn-requestid']));
      if (answered.size === callsPerRound) first.child.kill('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: workerCount }, read));
  expect(await first.exit).toBe('SIGKILL');
  const second = await spawnPracticeKms(['--data', file]);
  const entries = await control<{ requestId: string; seq: number }[]>(
    second.controlUrl,
    'GET /journal',
  );
  const kept = new Set(entries.map(({ requestId }) => requestId));
  expect([...answered].filter((requestId) => !kept.has(requestId))).toEqual([]);
  const usage = await byokClient(second.url).must('GetKeyLastUsage', { KeyId: keyId });
  expect(JSON.stringify(usage)).toContain(entries.at(-1)?.requestId);
  second.child.kill('SIGTERM');
  expect(await second.exit).toBe(0);
});
