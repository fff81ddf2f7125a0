import { AuthenticationError, gcmOpen, gcmSeal } from './aead.ts';
import { aesCmac } from './cmac.ts';
import { kwpUnwrap, kwpWrap } from './key-wrap.ts';
import { hkdfSha256, hmacSha256, sha256 } from './mac.ts';
import { ecdsaSign, ecdsaVerify, makeSigningKey } from './signature.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** One published known answer for each primitive; the tests hold many more. */
const answers: Readonly<Record<string, () => boolean>> = {
  // FIPS 180-2, appendix B.1
  'SHA-256': () =>
    sha256('abc').equals(hex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')),
  // RFC 4231, test case 2
  'HMAC-SHA-256': () =>
    hmacSha256(Buffer.from('Jefe'), Buffer.from('what do ya want for nothing?')).equals(
      hex('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'),
    ),
  // RFC 5869, test case 3
  'HKDF-SHA-256': () =>
    hkdfSha256(Buffer.alloc(22, 0x0b), Buffer.alloc(0), Buffer.alloc(0), 42).equals(
      hex('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'),
    ),
  // NIST GCM specification, test case 14
  'AES-256-GCM': () => {
    const empty = Buffer.alloc(0);
    const sealed = gcmSeal(Buffer.alloc(32), Buffer.alloc(12), empty, Buffer.alloc(16));
    const right =
      sealed.ciphertext.equals(hex('cea7403d4d606b6e074ec5d3baf39d18')) &&
      sealed.tag.equals(hex('d0d1c8a799996bf0265b98b5d48ab919'));
    const altered = { ...sealed, tag: Buffer.alloc(16) };
    return right && refuses(() => gcmOpen(Buffer.alloc(32), altered, empty));
  },
  // RFC 5649, section 6, second example
  'AES-KWP': () => {
    const kek = hex('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8');
    const wrapped = hex('afbeb0f07dfbf5419200f2ccb50bb24f');
    const altered = Buffer.from(wrapped);
    altered.writeUInt8(altered.readUInt8(0) ^ 1, 0);
    return (
      kwpWrap(kek, hex('466f7250617369')).equals(wrapped) &&
      kwpUnwrap(kek, wrapped).equals(hex('466f7250617369')) &&
      refuses(() => kwpUnwrap(kek, altered))
    );
  },
  // RFC 4493, section 4, example 2
  'AES-CMAC': () =>
    aesCmac(
      hex('2b7e151628aed2a6abf7158809cf4f3c'),
      hex('6bc1bee22e409f96e93d7e117393172a'),
    ).equals(hex('070a16b46b4d4144f79bdd9dd04a287c')),
  // signatures are not repeatable, so: made here, checked here, refused when altered
  'ECDSA P-256': () => {
    const pair = makeSigningKey();
    const data = Buffer.from('known');
    const signature = ecdsaSign(pair.privateKey, data);
    pair.privateKey.dispose();
    return (
      ecdsaVerify(pair.publicKey, data, signature) &&
      !ecdsaVerify(pair.publicKey, Buffer.from('other'), signature)
    );
  },
};

let proved = false;

/**
 * Tries every primitive against a known answer, once per process: a runtime whose crypto library
 * differs must not touch a keystore.
 * @throws Error naming the primitives that answered wrongly.
 */
export function proveCrypto(): void {
  if (proved) return;
  const wrong = Object.keys(answers).filter((name) => answers[name]?.() !== true);
  if (wrong.length > 0) throw new Error(`wrong answer from ${wrong.join(', ')}`);
  proved = true;
}

function refuses(open: () => Buffer): boolean {
  try {
    open();
    return false;
  } catch (error) {
    return error instanceof AuthenticationError;
  }
}
