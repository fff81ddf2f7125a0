/**
 * Takes away from Node's crypto what Electron's BoringSSL build lacks, so that a test run on plain
 * Node fails where the desktop app would. Load it before anything else: `node --import
 * ./electron/core/crypto/boringssl-shim.fixture.ts …`, or as a vitest set-up file. What is missing was read
 * in BoringSSL's cipher, digest and key tables (docs/decisions has the list of Electron facts).
 */
import crypto from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';

type AnyFunction = (...args: unknown[]) => unknown;
type Check = (args: readonly unknown[]) => void;

const cipherNames = /^aes-?(128|192|256)-(cbc|ctr|ecb|ofb|gcm|cfb)$/i;
const digestNames =
  /^(rsa-)?(md4|md5|sha-?1|sha-?224|sha-?256|sha-?384|sha-?512|sha-?512[-/]256|ripemd-?160)$/i;
const curveNames = /^(p-(224|256|384|521)|secp(224|384|521)r1|prime256v1|secp256r1)$/i;
const keyTypesRefused = /^(rsa-pss|dsa|dh|ed448|x448|slh-dsa.*|ml-kem-512)$/;

class NotInBoringSsl extends Error {
  readonly code = 'ERR_NOT_IN_BORINGSSL';
  constructor(what: string) {
    super(`${what} is not there under BoringSSL (Electron)`);
  }
}

const refuse =
  (what: string): AnyFunction =>
  () => {
    throw new NotInBoringSsl(what);
  };

function requireName(what: string, allowed: RegExp, name: unknown): void {
  if (typeof name === 'string' && !allowed.test(name)) throw new NotInBoringSsl(`${what} ${name}`);
}

const cipherAt0: Check = ([name]) => requireName('cipher', cipherNames, name);
const digestAt =
  (index: number): Check =>
  (args) =>
    requireName('digest', digestNames, args[index]);

const keyPair: Check = ([type, options]) => {
  if (typeof type === 'string' && keyTypesRefused.test(type)) {
    throw new NotInBoringSsl(`key type ${type}`);
  }
  if (type === 'ec')
    requireName('curve', curveNames, (options as { namedCurve?: unknown }).namedCurve);
};

function requireKey(key: KeyObject): void {
  const type = key.asymmetricKeyType;
  if (type !== undefined && type !== 'dsa' && keyTypesRefused.test(type)) {
    throw new NotInBoringSsl(`key type ${type}`);
  }
  requireName('curve', curveNames, key.asymmetricKeyDetails?.namedCurve);
}

/** Calls the original, then looks at what it made. */
const thenCheckKey =
  (original: AnyFunction): AnyFunction =>
  (...args) => {
    const key = original(...args);
    requireKey(key as KeyObject);
    return key;
  };

const checked =
  (check: Check) =>
  (original: AnyFunction): AnyFunction =>
  (...args) => {
    check(args);
    return original(...args);
  };

const listed =
  (allowed: RegExp) =>
  (original: AnyFunction): AnyFunction =>
  () =>
    (original() as string[]).filter((name) => allowed.test(name));

const replacements: Readonly<Record<string, (original: AnyFunction) => AnyFunction>> = {
  createCipheriv: checked(cipherAt0),
  createDecipheriv: checked(cipherAt0),
  createHash: checked(digestAt(0)),
  createHmac: checked(digestAt(0)),
  createSign: checked(digestAt(0)),
  createVerify: checked(digestAt(0)),
  hash: checked(digestAt(0)),
  sign: checked(digestAt(0)),
  verify: checked(digestAt(0)),
  hkdf: checked(digestAt(0)),
  hkdfSync: checked(digestAt(0)),
  pbkdf2: checked(digestAt(4)),
  pbkdf2Sync: checked(digestAt(4)),
  generateKeyPair: checked(keyPair),
  generateKeyPairSync: checked(keyPair),
  createECDH: checked(([name]) => requireName('curve', curveNames, name)),
  createPrivateKey: thenCheckKey,
  createPublicKey: thenCheckKey,
  getCiphers: listed(cipherNames),
  getHashes: listed(digestNames),
  getCurves: listed(curveNames),
};

const gone = [
  'argon2',
  'argon2Sync',
  'createDiffieHellman',
  'createDiffieHellmanGroup',
  'getDiffieHellman',
  'setFips',
  'setEngine',
  'secureHeapUsed',
];

const module = crypto as unknown as Record<string, AnyFunction | undefined>;
const marker = Symbol.for('keyreeve.boringssl-shim');

if (!(marker in module)) {
  for (const [name, replace] of Object.entries(replacements)) {
    const original = module[name];
    if (original === undefined) throw new Error(`crypto.${name} is not there to be replaced`);
    module[name] = replace(original.bind(crypto));
  }
  // Node names the two values of this one for promisify in a way that a wrapper does not inherit.
  const makePair = module['generateKeyPair'] as AnyFunction;
  Object.defineProperty(makePair, promisify.custom, {
    value: (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        makePair(...args, (error: unknown, publicKey: unknown, privateKey: unknown) => {
          if (error) reject(error as Error);
          else resolve({ publicKey, privateKey });
        });
      }),
  });
  for (const name of gone) module[name] = refuse(`crypto.${name}`);
  Object.defineProperty(module, marker, { value: true });
  syncBuiltinESMExports();
}
