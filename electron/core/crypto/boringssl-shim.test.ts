import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const shim = new URL('./boringssl-shim.fixture.ts', import.meta.url).href;
const node = process.execPath;

/** Runs `expression` in a process that loaded the shim; answers `ok` or the error's code. */
function underShim(expressions: readonly string[]): string[] {
  const script = `
    import * as named from 'node:crypto';
    import all from 'node:crypto';
    const out = [];
    for (const expression of ${JSON.stringify(expressions)}) {
      try { new Function('named', 'all', 'return ' + expression)(named, all); out.push('ok'); }
      catch (error) { out.push(error.code ?? error.message); }
    }
    process.stdout.write(JSON.stringify(out));`;
  const args = ['--import', shim, '--input-type=module', '--eval', script];
  const env = { ...process.env, NODE_OPTIONS: '' };
  return JSON.parse(execFileSync(node, args, { encoding: 'utf8', env })) as string[];
}

const absent = [
  `named.createCipheriv('id-aes256-wrap-pad', Buffer.alloc(32), Buffer.from('A65959A6', 'hex'))`,
  `named.createCipheriv('aes256-wrap', Buffer.alloc(32), Buffer.alloc(8, 0xa6))`,
  `all.createCipheriv('chacha20-poly1305', Buffer.alloc(32), Buffer.alloc(12), { authTagLength: 16 })`,
  `named.createDecipheriv('aes-256-ccm', Buffer.alloc(32), Buffer.alloc(12), { authTagLength: 16 })`,
  `named.createCipheriv('aes-256-ocb', Buffer.alloc(32), Buffer.alloc(12), { authTagLength: 16 })`,
  `named.createCipheriv('aes-256-xts', Buffer.alloc(64), Buffer.alloc(16))`,
  `named.argon2Sync('argon2id', { message: 'x', nonce: Buffer.alloc(16), parallelism: 1, tagLength: 32, memory: 64, passes: 1 })`,
  `all.argon2('argon2id', {}, () => {})`,
  `named.createHash('sha3-256')`,
  `named.createHash('shake256')`,
  `named.createHash('blake2b512')`,
  `named.hash('sha512-224', 'x')`,
  `named.generateKeyPairSync('ec', { namedCurve: 'secp256k1' })`,
  `named.createECDH('secp256k1')`,
  `named.generateKeyPairSync('ed448')`,
  `named.generateKeyPairSync('x448')`,
  `named.generateKeyPairSync('rsa-pss', { modulusLength: 2048 })`,
  `named.createDiffieHellman(512)`,
  `named.getDiffieHellman('modp14')`,
  `named.setFips(true)`,
];

const present = [
  `named.createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12))`,
  `named.createCipheriv('aes-256-ecb', Buffer.alloc(32), null)`,
  `named.createHash('sha256')`,
  `named.createHmac('sha384', 'k')`,
  `named.sign('sha256', Buffer.from('x'), named.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)`,
  `named.generateKeyPairSync('ed25519')`,
  `named.hkdfSync('sha256', 'k', 's', 'i', 32)`,
  `named.scryptSync('k', 's', 32)`,
];

it('throws for what BoringSSL lacks and leaves the rest alone', () => {
  const answers = underShim([...absent, ...present]);
  for (const [index, expression] of absent.entries()) {
    expect(answers[index], expression).toBe('ERR_NOT_IN_BORINGSSL');
  }
  for (const [index, expression] of present.entries()) {
    expect(answers[absent.length + index], expression).toBe('ok');
  }
});

it('does not let in a key that BoringSSL could not hold', () => {
  const made = execFileSync(node, [
    '--eval',
    `const { generateKeyPairSync } = require('node:crypto');
     process.stdout.write(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }));`,
  ]).toString();
  expect(underShim([`named.createPrivateKey(${JSON.stringify(made)})`])).toEqual([
    'ERR_NOT_IN_BORINGSSL',
  ]);
});

it('is a file that node can load by path', () => {
  const path = fileURLToPath(shim);
  const out = execFileSync(node, ['--import', path, '--eval', 'console.log(1)'], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect(out).toBe('1\n');
});
