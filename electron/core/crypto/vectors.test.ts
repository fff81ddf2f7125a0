import nodeCrypto from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { argon2id } from '@noble/hashes/argon2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../kernel/secret.ts';
import { AuthenticationError, gcmOpen, gcmSeal, packSealed, unpackSealed } from './aead.ts';
import { aesCmac, kcvCmac, kcvEncryptZero } from './cmac.ts';
import { kwpUnwrap, kwpWrap } from './key-wrap.ts';
import { hkdfSha256, hmacSha256, macKey } from './mac.ts';
import { defaultKdfCost, kdfCostProblem, passphraseKey } from './passphrase-kdf.ts';
import { proveCrypto } from './self-test.ts';
import { ecdsaSign, ecdsaVerify, makeSigningKey, spkiFingerprint } from './signature.ts';

/** The shim takes away the OpenSSL cipher that one test compares with. */
const underShim = Symbol.for('keyreeve.boringssl-shim') in nodeCrypto;
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

it('passes its own known answers', () => {
  expect(() => proveCrypto()).not.toThrow();
});

describe('AES-256-GCM', () => {
  // The GCM specification (McGrew, Viega), test cases 13 to 16.
  const key = hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308');
  const nonce = hex('cafebabefacedbaddecaf888');
  const plain = hex(`d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
    1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39`);
  const aad = hex('feedfacedeadbeeffeedfacedeadbeefabaddad2');

  it('answers test cases 13 and 16', () => {
    const empty = gcmSeal(Buffer.alloc(32), Buffer.alloc(12), Buffer.alloc(0), Buffer.alloc(0));
    expect(empty.tag.toString('hex')).toBe('530f8afbc74536b9a963b4f1c4cb738b');
    const sealed = gcmSeal(key, nonce, aad, plain);
    expect(sealed.ciphertext.toString('hex')).toBe(
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
    );
    expect(sealed.tag.toString('hex')).toBe('76fc6ece0f4e1768cddf8853bb2d551b');
    expect(gcmOpen(key, sealed, aad)).toEqual(plain);
  });

  it('opens nothing that was altered anywhere', () => {
    const packed = packSealed(gcmSeal(key, nonce, aad, plain));
    for (let at = 0; at < packed.length; at++) {
      const altered = Buffer.from(packed);
      altered.writeUInt8(altered.readUInt8(at) ^ 0x01, at);
      expect(() => gcmOpen(key, unpackSealed(altered), aad)).toThrow(AuthenticationError);
    }
    expect(() => gcmOpen(key, unpackSealed(packed), Buffer.alloc(0))).toThrow(AuthenticationError);
    expect(() => unpackSealed(Buffer.alloc(27))).toThrow(AuthenticationError);
    expect(() => gcmSeal(Buffer.alloc(16), nonce, aad, plain)).toThrow(RangeError);
  });
});

describe('AES-KWP', () => {
  const kek = hex('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8');
  it('answers both examples of RFC 5649 section 6', () => {
    const twenty = hex('c37b7e6492584340bed12207808941155068f738');
    const wrapped = hex('138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a');
    expect(kwpWrap(kek, twenty)).toEqual(wrapped);
    expect(kwpUnwrap(kek, wrapped)).toEqual(twenty);
    const seven = hex('466f7250617369');
    expect(kwpWrap(kek, seven)).toEqual(hex('afbeb0f07dfbf5419200f2ccb50bb24f'));
  });

  it.skipIf(underShim)('agrees with OpenSSL on every length to 80, opens nothing altered', () => {
    const kek256 = Buffer.alloc(32, 5);
    for (let length = 1; length <= 80; length++) {
      const key = Buffer.alloc(length, length);
      const openssl = nodeCrypto.createCipheriv('id-aes256-wrap-pad', kek256, hex('a65959a6'));
      const theirs = Buffer.concat([openssl.update(key), openssl.final()]);
      expect(kwpWrap(kek256, key)).toEqual(theirs);
      const altered = Buffer.from(theirs);
      altered.writeUInt8(altered.readUInt8(length % theirs.length) ^ 0x80, length % theirs.length);
      expect(() => kwpUnwrap(kek256, altered)).toThrow(AuthenticationError);
    }
    for (const length of [0, 8, 15, 17]) {
      expect(() => kwpUnwrap(kek256, Buffer.alloc(length))).toThrow(AuthenticationError);
    }
  });
});

describe('HKDF and HMAC', () => {
  it('answers RFC 5869 test case 1', () => {
    const okm = hkdfSha256(
      Buffer.alloc(22, 0x0b),
      hex('000102030405060708090a0b0c'),
      hex('f0f1f2f3f4f5f6f7f8f9'),
      42,
    );
    expect(okm.toString('hex')).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
  });
  it.each([1, 32, 33, 100])('answers %i bytes of HKDF as the library does', (length) => {
    const [secret, salt, info] = [32, 40, 9].map((n) => nodeCrypto.randomBytes(n)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    const theirs = Buffer.from(nodeCrypto.hkdfSync('sha256', secret, salt, info, length));
    expect(hkdfSha256(secret, salt, info, length).equals(theirs)).toBe(true);
  });
  it('answers RFC 4231 test case 1, with bytes and with a prepared key', () => {
    const key = Buffer.alloc(20, 0x0b);
    const expected = 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7';
    expect(hmacSha256(key, Buffer.from('Hi '), Buffer.from('There')).toString('hex')).toBe(
      expected,
    );
    expect(hmacSha256(macKey(key), Buffer.from('Hi There')).toString('hex')).toBe(expected);
  });
});

describe('AES-CMAC and check values', () => {
  const message = hex(`6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51
    30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710`);
  // RFC 4493 section 4 for 128 bits; NIST SP 800-38B examples for 256 bits.
  it.each([
    ['2b7e151628aed2a6abf7158809cf4f3c', 0, 'bb1d6929e95937287fa37d129b756746'],
    ['2b7e151628aed2a6abf7158809cf4f3c', 16, '070a16b46b4d4144f79bdd9dd04a287c'],
    ['2b7e151628aed2a6abf7158809cf4f3c', 40, 'dfa66747de9ae63030ca32611497c827'],
    ['2b7e151628aed2a6abf7158809cf4f3c', 64, '51f0bebf7e3b9d92fc49741779363cfe'],
    [
      '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
      0,
      '028962f61b7bf89efc6b551f4667d983',
    ],
    [
      '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
      64,
      'e1992190549f6ed5696a2c056c315410',
    ],
  ])('key %s over %i bytes', (key, length, tag) => {
    expect(aesCmac(hex(key), message.subarray(0, length)).toString('hex')).toBe(tag);
  });
  it('gives both kinds of check value', () => {
    const key = Buffer.alloc(16);
    expect(kcvEncryptZero(key)).toBe('66E94B');
    expect(kcvCmac(key)).toBe(
      aesCmac(key, Buffer.alloc(16)).subarray(0, 5).toString('hex').toUpperCase(),
    );
    expect(() => aesCmac(Buffer.alloc(20), Buffer.alloc(0))).toThrow(RangeError);
  });
});

describe('Argon2id', () => {
  it('the reference in JavaScript answers RFC 9106 section 5.3', () => {
    const tag = argon2id(Buffer.alloc(32, 1), Buffer.alloc(16, 2), {
      t: 3,
      m: 32,
      p: 4,
      dkLen: 32,
      key: Buffer.alloc(8, 3),
      personalization: Buffer.alloc(12, 4),
    });
    expect(Buffer.from(tag).toString('hex')).toBe(
      '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659',
    );
  });
  it('the library we use agrees with that reference', async () => {
    for (const [t, m, p] of [
      [1, 64, 1],
      [3, 128, 4],
      [2, 256, 2],
    ] as const) {
      const theirs = await hashRaw('password', {
        algorithm: 2,
        version: 1,
        memoryCost: m,
        timeCost: t,
        parallelism: p,
        outputLen: 32,
        salt: Buffer.from('somesaltsomesalt'),
        secret: Buffer.alloc(8, 3),
      });
      const ours = argon2id('password', 'somesaltsomesalt', {
        t,
        m,
        p,
        dkLen: 32,
        key: Buffer.alloc(8, 3),
      });
      expect(theirs).toEqual(Buffer.from(ours));
    }
  });
  it('derives at the floor as the library does', async () => {
    const cost = { memory: 64 * 1024, passes: 3, lanes: 4 };
    const salt = Buffer.alloc(16, 9);
    const key = await passphraseKey(
      Secret.copyOf(Buffer.from('correct horse battery')),
      salt,
      cost,
    );
    const expected = await hashRaw('correct horse battery', {
      algorithm: 2,
      version: 1,
      memoryCost: cost.memory,
      timeCost: 3,
      parallelism: 4,
      outputLen: 32,
      salt,
    });
    expect(key.use((bytes) => Buffer.from(bytes))).toEqual(expected);
  });
  it('refuses costs out of bounds before allocating', async () => {
    expect(kdfCostProblem(defaultKdfCost)).toBeNull();
    const secret = Secret.copyOf(Buffer.from('x'));
    const before = process.memoryUsage().rss;
    for (const cost of [
      { ...defaultKdfCost, memory: 2 ** 31 },
      { ...defaultKdfCost, memory: 64 * 1024 - 1 },
      { ...defaultKdfCost, memory: Number.NaN },
      { ...defaultKdfCost, passes: 2 },
      { ...defaultKdfCost, passes: 11 },
      { ...defaultKdfCost, lanes: 0 },
      { ...defaultKdfCost, lanes: 9 },
      { ...defaultKdfCost, lanes: 1.5 },
    ]) {
      await expect(passphraseKey(secret, Buffer.alloc(16), cost)).rejects.toThrow(RangeError);
    }
    await expect(passphraseKey(secret, Buffer.alloc(8), defaultKdfCost)).rejects.toThrow(
      RangeError,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
  });
});

describe('ECDSA P-256', () => {
  // RFC 6979 appendix A.2.5, SHA-256, message "sample": a signature made by somebody else.
  const spki = hex(`3059301306072a8648ce3d020106082a8648ce3d03010703420004
    60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6
    7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299`);
  const signature = hex(`efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716
    f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8`);
  it('verifies the signature of RFC 6979', () => {
    expect(ecdsaVerify(spki, Buffer.from('sample'), signature)).toBe(true);
    expect(ecdsaVerify(spki, Buffer.from('simple'), signature)).toBe(false);
    expect(ecdsaVerify(spki, Buffer.from('sample'), signature.subarray(1))).toBe(false);
    expect(ecdsaVerify(Buffer.from('no key'), Buffer.from('sample'), signature)).toBe(false);
  });
  it('verifies its own and has a fingerprint', () => {
    const pair = makeSigningKey();
    const made = ecdsaSign(pair.privateKey, Buffer.from('x'));
    expect(made).toHaveLength(64);
    expect(ecdsaVerify(pair.publicKey, Buffer.from('x'), made)).toBe(true);
    expect(ecdsaVerify(spki, Buffer.from('x'), made)).toBe(false);
    expect(spkiFingerprint(pair.publicKey)).toMatch(/^[0-9a-f]{64}$/);
  });
});

it('opens whatever it sealed', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 40 }),
      (plain, aad) => {
        const key = Buffer.alloc(32, 1);
        const sealed = gcmSeal(key, Buffer.alloc(12, 2), Buffer.from(aad), Buffer.from(plain));
        expect(gcmOpen(key, sealed, Buffer.from(aad))).toEqual(Buffer.from(plain));
      },
    ),
    { numRuns: 100 },
  );
});
