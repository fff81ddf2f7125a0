import { type KeySpec, keySpecs } from '../../../shared/model/key-specs.ts';
import type { ProbeFinding } from './driver.ts';
import type { OaepTrial } from './drivers/pkcs11/aws-wrap.ts';
import type { CmacWay } from './drivers/pkcs11/kcv.ts';
import type { Means } from './drivers/pkcs11/means.ts';
import type { GcmLayout } from './drivers/pkcs11/gcm.ts';
import type { GuardTrial } from './drivers/pkcs11/trials-guard.ts';
import type { SpecTrial } from './drivers/pkcs11/trials-key-types.ts';
import type { LengthTrial } from './drivers/pkcs11/trials-length.ts';
import { oaepHashes } from './wrapping-key.ts';

/** What the probe found, in words. One finding, one sentence or two: what was tried, what came out. */
export interface Outcome {
  readonly ok: boolean;
  readonly external: string | null;
}

const hashNames = { sha256: 'SHA-256', sha1: 'SHA-1' } as const;
const hashOf = ({ algorithm }: OaepTrial): string => hashNames[oaepHashes[algorithm]];

export const untried = (id: string, external: string): ProbeFinding =>
  finding(id, false, 'The token does not let this be tried, so nothing is claimed.', external);

export function oaep(trial: OaepTrial): ProbeFinding {
  const name = `RSA-OAEP with ${hashOf(trial)}`;
  const sentence = trial.ok
    ? `${name} works: a throw-away key wrapped in the token was opened outside and was the same.`
    : trial.external === null
      ? `${name} does something else: what the token wrapped does not open outside.`
      : `${name} is refused by this token.`;
  return finding(`oaep-${hashOf(trial)}`, trial.ok, sentence, trial.external);
}

export function wraps(means: Means): ProbeFinding[] {
  return means.wraps.map((trial) => {
    const id = `mechanism-0x${trial.mechanism.toString(16)}`;
    const sentence =
      trial.format === null
        ? `${trial.name} ${trial.otherwise ?? 'does something else'}, so it is not used.`
        : `${trial.name} makes exactly what ${trial.format} says for an AES-256 key.`;
    return finding(id, trial.format !== null, sentence, trial.external);
  });
}

export function lengths(trials: readonly LengthTrial[]): ProbeFinding {
  const refused = trials.find((trial) => trial.external !== null);
  const list = trials.map((trial) => trial.length).join(', ');
  if (refused !== undefined) {
    const sentence = `Secrets of ${list} bytes could not be tried: the token takes no such key.`;
    return finding('wrap-exact', false, sentence, refused.external);
  }
  if (trials.every((trial) => trial.exact)) {
    const sentence = `Secrets of ${list} bytes come out of the key wrap exactly as they went in.`;
    return finding('wrap-exact', true, sentence);
  }
  const changed = trials.map((t) => `${t.length} becomes ${t.came ?? 'unreadable'}`).join(', ');
  const sentence = `The key wrap adds zeros to a secret whose length is not a multiple of 8 (${changed}).`;
  return finding('wrap-exact', false, sentence);
}

/** Which key types this token sends to AWS and which not, family by family, and why. */
export const types = (trials: readonly SpecTrial[]): ProbeFinding[] =>
  families.map(({ id, family, all }) => {
    const of = trials.filter(({ spec }) => keySpecs[spec].family === family);
    const sentences = Object.values(
      Object.groupBy(of, ({ algorithm, fault }) => algorithm ?? fault ?? ''),
    );
    const external = of.find((trial) => trial.external !== null)?.external ?? null;
    const said = sentences.map((alike = []) =>
      sayAlike(alike, alike.length === of.length ? all : null),
    );
    return finding(
      id,
      of.every(({ fault }) => fault === null),
      said.join(' '),
      external,
    );
  });

const families = [
  { id: 'send-aes-256', family: 'aes', all: 'AES-256' },
  { id: 'send-hmac', family: 'hmac', all: 'HMAC' },
  { id: 'send-ecc', family: 'ecc', all: 'Elliptic-curve' },
  { id: 'send-rsa', family: 'rsa', all: 'RSA' },
] as const;

/** `all`: the name of the whole family, where it is alike. */
function sayAlike(alike: readonly SpecTrial[], all: string | null): string {
  const names = all ?? list(alike.map(({ spec }) => nameOf[spec]));
  const [{ algorithm, fault } = { algorithm: null, fault: '' }] = alike;
  if (algorithm === null) return `${names} keys cannot be sent: ${fault}.`;
  const remark = oaepHashes[algorithm] === 'sha1' ? ', because SHA-256 does not work here' : '';
  return `${names} keys go to AWS under ${algorithm}${all === 'AES-256' ? remark : ''}.`;
}

const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** As people call them who do not use AWS. */
const nameOf: Readonly<Record<KeySpec, string>> = {
  SYMMETRIC_DEFAULT: 'AES-256',
  HMAC_224: 'HMAC-224',
  HMAC_256: 'HMAC-256',
  HMAC_384: 'HMAC-384',
  HMAC_512: 'HMAC-512',
  RSA_2048: 'RSA-2048',
  RSA_3072: 'RSA-3072',
  RSA_4096: 'RSA-4096',
  ECC_NIST_P256: 'P-256',
  ECC_NIST_P384: 'P-384',
  ECC_NIST_P521: 'P-521',
  ECC_SECG_P256K1: 'secp256k1',
};

export function kcv(way: CmacWay | null): ProbeFinding {
  if (way === 'CKM_AES_CMAC') {
    return finding('kcv', true, 'Check values are AES-CMAC, computed in the token.');
  }
  const sentence =
    way === null
      ? 'This token can compute no AES-CMAC check value, so it cannot be used.'
      : 'Check values are AES-CMAC, put together from two AES blocks computed in the token.';
  return finding('kcv', way !== null, sentence);
}

/** `null`: none given. `true`: one encrypted zero block. */
export function checkValue(encryptedZero: boolean | null): ProbeFinding {
  const sentence =
    encryptedZero === null
      ? "The token gives no check value of its own (CKA_CHECK_VALUE); Keyreeve's does not need it."
      : encryptedZero
        ? "The token's own check value (CKA_CHECK_VALUE) is an encrypted zero block: do not compare it with Keyreeve's CMAC."
        : "The token's own check value (CKA_CHECK_VALUE) is neither CMAC nor an encrypted zero block: compare it with nothing.";
  return finding('check-value', true, sentence);
}

export function gcm(trial: { layout: GcmLayout | null; external: string | null }): ProbeFinding {
  const ok = trial.layout !== null;
  const sentence = ok
    ? 'AES-256-GCM works with our own nonce: the token can hold a key slot of the keystore.'
    : 'AES-256-GCM does not work with our own nonce: the token cannot hold a key slot of the keystore.';
  return finding('aes-gcm', ok, sentence, trial.external);
}

export function unreadable(trial: GuardTrial): ProbeFinding {
  const sentence = trial.refused
    ? 'The value of a sensitive key cannot be read.'
    : 'The value of a key marked sensitive can be read by whoever has the PIN.';
  return finding('value-unreadable', trial.refused, sentence, trial.external);
}

export function notWeakened(trial: GuardTrial): ProbeFinding {
  const sentence = trial.refused
    ? 'A key cannot be made less protected later, neither in place nor in a copy.'
    : 'A key can be made less protected later by whoever has the PIN.';
  return finding('not-weakened', trial.refused, sentence, trial.external);
}

export function noNewUse(change: GuardTrial, copy: GuardTrial): ProbeFinding {
  const ok = change.refused && copy.refused;
  const sentence = ok
    ? 'An unmodifiable wrapping key gets no other use later, neither in place nor in a copy.'
    : change.refused
      ? 'An unmodifiable wrapping key gets no other use in place, but a copy of it may decrypt.'
      : 'A wrapping key can be given the right to decrypt later by whoever has the PIN.';
  return finding('one-purpose', ok, sentence, change.external);
}

export function unextractable(trial: GuardTrial): ProbeFinding {
  const sentence = trial.refused
    ? 'A key that must not leave the token is not wrapped.'
    : 'The token wraps keys that are marked not extractable: whoever has the PIN can take the master key away.';
  return finding('unextractable', trial.refused, sentence, trial.external);
}

export function damaged(trial: GuardTrial): ProbeFinding {
  const sentence = trial.refused
    ? 'A damaged wrapped key is refused.'
    : 'A damaged wrapped key is accepted: the token does not check what it unwraps.';
  return finding('damage-seen', trial.refused, sentence, trial.external);
}

export function dataObjects(trial: Outcome): ProbeFinding {
  const sentence = trial.ok
    ? 'The token keeps a small private record: an older keystore put back is noticed.'
    : 'The token keeps no private record: an older keystore put back is not noticed by the HSM.';
  return finding('data-objects', trial.ok, sentence, trial.external);
}

export function signing(trial: Outcome): ProbeFinding {
  const sentence = trial.ok
    ? 'ECDSA with P-256 works: the audit log is signed by a key in the token.'
    : 'ECDSA with P-256 does not work: the audit log is signed by a software key.';
  return finding('audit-signing', trial.ok, sentence, trial.external);
}

export function copyAttributes(trial: { same: boolean; external: string | null }): ProbeFinding {
  const sentence = trial.same
    ? 'A copied key still says that it was made in the token and never left it.'
    : 'A copied key does not say where it was made. Keyreeve makes its token keys directly.';
  return finding('copy-attributes', trial.same, sentence, trial.external);
}

function finding(
  id: string,
  ok: boolean,
  sentence: string,
  external: string | null = null,
): ProbeFinding {
  return external === null ? { id, ok, sentence } : { id, ok, sentence, external };
}
