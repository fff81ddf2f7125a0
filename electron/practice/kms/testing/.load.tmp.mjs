import {
  KMSClient,
  CreateKeyCommand,
  DescribeKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  CreateAliasCommand,
} from '@aws-sdk/client-kms';
import crypto from 'node:crypto';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
const args = [
  'electron/practice/kms/main.ts',
  '--port',
  '0',
  '--control-port',
  '0',
  '--wrapping-key-reuse',
  '1000000',
  '--until-stdin-closes',
  ...process.argv.slice(2),
];
const p = spawn(
  process.execPath,
  [...(process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/pk/prof'] : []), ...args],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const line = await new Promise((r) => p.stdout.once('data', (d) => r(String(d))));
const url = /on (http:\S+),/.exec(line)[1];
const c = new KMSClient({
  endpoint: url,
  region: 'eu-central-1',
  credentials: {
    accessKeyId: 'AKIAPRACTICEKEYREEVE',
    secretAccessKey: 'practice/only/not/a/real/secret/Keyreeve',
  },
  maxAttempts: 1,
});
const cpu = () => {
  const f = fs.readFileSync(`/proc/${p.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
};
async function rot() {
  const KeyId = (await c.send(new CreateKeyCommand({ Origin: 'EXTERNAL' }))).KeyMetadata.KeyId;
  const p = await c.send(
    new GetParametersForImportCommand({
      KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_4096',
    }),
  );
  const wrapped = crypto.publicEncrypt(
    {
      key: crypto.createPublicKey({ key: Buffer.from(p.PublicKey), format: 'der', type: 'spki' }),
      oaepHash: 'sha256',
      padding: crypto.constants.RSA_PKCS1_OAEP_PADDING,
    },
    crypto.randomBytes(32),
  );
  await c.send(
    new ImportKeyMaterialCommand({
      KeyId,
      ImportToken: p.ImportToken,
      EncryptedKeyMaterial: wrapped,
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    }),
  );
  await c.send(new DescribeKeyCommand({ KeyId }));
  await c.send(new CreateAliasCommand({ AliasName: 'alias/' + KeyId, TargetKeyId: KeyId }));
  return KeyId;
}
for (let i = 0; i < 20; i++) await rot();
let n = 0;
const N = 300;
const u0 = process.cpuUsage(),
  t = performance.now(),
  s0 = cpu();
await Promise.all(
  Array.from({ length: 8 }, async () => {
    while (n++ < N) await rot();
  }),
);
const d = performance.now() - t;
const u = process.cpuUsage(u0);
console.log(
  'rot/s',
  ((N * 1000) / d).toFixed(1),
  'client cpu/rot',
  ((u.user + u.system) / 1000 / N).toFixed(2),
  'server cpu/rot',
  ((cpu() - s0) / N).toFixed(2),
);
const KeyId = await rot();
n = 0;
const t2 = performance.now(),
  s1 = cpu();
await Promise.all(
  Array.from({ length: 8 }, async () => {
    while (n++ < 2000) await c.send(new DescribeKeyCommand({ KeyId }));
  }),
);
console.log(
  'describe/s',
  (2e6 / (performance.now() - t2)).toFixed(0),
  'server cpu/call',
  ((cpu() - s1) / 2000).toFixed(3),
);
p.stdin.end();
p.on('exit', (c, s) => console.log('exit', c, s));
