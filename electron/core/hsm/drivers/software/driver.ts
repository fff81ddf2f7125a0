import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import {
  type KeySpec,
  keySpecs,
  type WrappingAlgorithm,
} from '../../../../../shared/model/key-specs.ts';
import {
  AuthenticationError,
  gcmOpen,
  gcmSeal,
  packSealed,
  unpackSealed,
} from '../../../crypto/aead.ts';
import { kwpUnwrap, kwpWrap } from '../../../crypto/key-wrap.ts';
import type {
  HsmDriver,
  Kcv,
  KeyBlob,
  MasterKcv,
  MasterKey,
  ProbeResult,
  ServiceKey,
  TokenStatus,
  TransportKey,
  WrappedForAws,
} from '../../driver.ts';
import {
  requireBroughtLength,
  requireCarries,
  requireForService,
  requireKeySpec,
  requireSameKcv,
  requireSecret,
  requireWhole,
} from '../../kept-key.ts';
import { readWrappingKey } from '../../wrapping-key.ts';
import { kcvOfClear, makeClear, openClear, wrapClear } from './clear-key.ts';
import { deriveKey, deriveName, deriveSigningScalar, signingKeyDer } from './derived-keys.ts';
import { builtInToken, probeBuiltIn } from './self-description.ts';

const mechanism = 'CKM_AES_KEY_WRAP_KWP' as const;
const nonceLength = 12;
const tagLength = 16;

/**
 * The built-in device: no HSM, and called so everywhere. Its "PIN" is the 32-byte key that the
 * keystore derives for it. It holds exactly one master key, derived from that key, and keeps
 * nothing on disk. It runs in the bridge process as PKCS#11 does.
 */
export class SoftwareDriver implements HsmDriver {
  #root: Buffer | null = null;

  async status(): Promise<TokenStatus> {
    const serial = this.#root === null ? '' : deriveName(this.#root, 'serial');
    return { ...builtInToken(serial), loggedIn: this.#root !== null };
  }

  async login(pin: Uint8Array): Promise<TokenStatus> {
    if (pin.length !== 32) throw new OperationError('HSM_PIN_REFUSED', { pin: 'ok' });
    const root = Buffer.alloc(32);
    root.set(pin);
    this.#root?.fill(0);
    this.#root = root;
    return this.status();
  }

  async logout(): Promise<void> {
    this.#root?.fill(0);
    this.#root = null;
  }

  async probe(): Promise<ProbeResult> {
    return probeBuiltIn(deriveName(this.#open(), 'serial'));
  }

  async findMasters(): Promise<readonly MasterKey[]> {
    return [this.#master()];
  }

  async createMaster(): Promise<MasterKey> {
    return this.#master();
  }

  async tryMaster(id: string): Promise<MasterKey> {
    return this.#withMaster(id, (master) => {
      const key = randomBytes(32);
      const again = kwpUnwrap(master, kwpWrap(master, key));
      const same = again.equals(key);
      key.fill(0);
      again.fill(0);
      if (!same) throw new OperationError('HSM_MASTER_DIFFERS', { master: id });
      return this.#master();
    });
  }

  async generateKey(masterId: string, spec: KeySpec): Promise<KeyBlob> {
    requireKeySpec(spec);
    // before the seconds that an RSA key takes
    this.#withMaster(masterId, () => undefined);
    const { bytes, publicKey } = await makeClear(spec);
    try {
      return this.#withMaster(masterId, (master, id) => {
        const kcv = kcvOfClear({ spec, publicKey }, bytes);
        return { spec, wrapped: kwpWrap(master, bytes), mechanism, masterId: id, kcv, publicKey };
      });
    } finally {
      bytes.fill(0);
    }
  }

  async kcvOf(blob: KeyBlob): Promise<Kcv> {
    return this.#withKey(blob, (key) => kcvOfClear(blob, key));
  }

  async wrapForAws(
    blob: KeyBlob,
    spki: Uint8Array,
    algorithm: WrappingAlgorithm,
  ): Promise<WrappedForAws> {
    const { fingerprint } = readWrappingKey(spki);
    return this.#withKey(blob, (key) => {
      requireCarries(blob.spec, algorithm);
      const kcv = kcvOfClear(blob, key);
      requireSameKcv(blob, kcv);
      const encryptedKeyMaterial = wrapClear(key, spki, algorithm);
      return { encryptedKeyMaterial, algorithm, wrappingKeyFingerprint: fingerprint, kcv };
    });
  }

  async makeTransportKey(masterId: string): Promise<TransportKey> {
    const blob = await this.generateKey(masterId, 'RSA_4096');
    return { blob, algorithm: 'RSAES_OAEP_SHA_256' };
  }

  async bringIn(
    { blob: transport, algorithm }: TransportKey,
    wrapped: Uint8Array,
    spec: KeySpec,
  ): Promise<KeyBlob> {
    requireSecret(spec);
    const bytes = this.#withKey(transport, (pkcs8) => openClear(pkcs8, wrapped, algorithm));
    try {
      requireBroughtLength(spec, bytes.length);
      return this.#withMaster(transport.masterId, (master, id) => {
        const kcv = kcvOfClear({ spec, publicKey: null }, bytes);
        const kept = kwpWrap(master, bytes);
        return { spec, wrapped: kept, mechanism, masterId: id, kcv, publicKey: null };
      });
    } finally {
      bytes.fill(0);
    }
  }

  async createSlotKey(id: string): Promise<void> {
    this.#withDerived('slot', id, () => undefined);
  }

  async sealWithSlotKey(id: string, plain: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    return this.#withDerived('slot', id, (key) => {
      const sealed = gcmSeal(key, randomBytes(nonceLength), Buffer.from(aad), Buffer.from(plain));
      return Buffer.concat([sealed.nonce, sealed.ciphertext, sealed.tag]);
    });
  }

  async openWithSlotKey(id: string, sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    const bytes = Buffer.from(sealed);
    const end = bytes.length - tagLength;
    if (end < nonceLength) throw notOurs('The sealed value is too short.');
    const nonce = bytes.subarray(0, nonceLength);
    const parts = { nonce, ciphertext: bytes.subarray(nonceLength, end), tag: bytes.subarray(end) };
    const problem = 'The sealed value does not open under this slot key.';
    return this.#withDerived('slot', id, (key) =>
      opened(problem, () => gcmOpen(key, parts, Buffer.from(aad))),
    );
  }

  async installServiceKey(_id: string, blob: KeyBlob): Promise<void> {
    requireForService(blob);
    this.#withKey(blob, () => undefined);
  }

  async createServiceKey(): Promise<void> {
    const problem = 'The built-in device keeps nothing, so no key can exist in it alone.';
    throw new OperationError('HSM_REFUSED', { problem });
  }

  async removeServiceKey(): Promise<boolean> {
    this.#open();
    return false;
  }

  async gcmEncrypt(key: ServiceKey, aad: Uint8Array, plain: Uint8Array): Promise<Uint8Array> {
    return this.#withServiceKey(key, (bytes) =>
      packSealed(gcmSeal(bytes, randomBytes(nonceLength), Buffer.from(aad), viewOf(plain))),
    );
  }

  async gcmDecrypt(key: ServiceKey, aad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
    const problem = 'The ciphertext does not open under this key.';
    return this.#withServiceKey(key, (bytes) =>
      opened(problem, () => gcmOpen(bytes, unpackSealed(viewOf(sealed)), Buffer.from(aad))),
    );
  }

  async auditPublicKey(id: string): Promise<Uint8Array | null> {
    return this.#withSigningKey(id, (key) =>
      createPublicKey(key).export({ type: 'spki', format: 'der' }),
    );
  }

  async signAudit(id: string, message: Uint8Array): Promise<Uint8Array> {
    return this.#withSigningKey(id, (key) =>
      sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }),
    );
  }

  async writeAnchor(): Promise<void> {
    const problem = 'The built-in device keeps nothing, so it can hold no record.';
    throw new OperationError('HSM_REFUSED', { problem });
  }

  async readAnchor(): Promise<Uint8Array | null> {
    this.#open();
    return null;
  }

  #open(): Buffer {
    if (this.#root === null) throw new OperationError('HSM_PIN_NEEDED');
    return this.#root;
  }

  #master(): MasterKey {
    const root = this.#open();
    const id = deriveName(root, 'master id');
    return this.#withMaster(id, (master) => {
      const wrapped = kwpWrap(master, Buffer.alloc(32)).subarray(0, 5);
      const kcv: MasterKcv = { method: 'KWP0', value: wrapped.toString('hex').toUpperCase() };
      return { id, tokenSerial: deriveName(root, 'serial'), kcv };
    });
  }

  #withMaster<T>(asked: string, work: (master: Buffer, id: string) => T): T {
    const id = deriveName(this.#open(), 'master id');
    if (asked.replaceAll('-', '').toLowerCase() !== id) {
      throw new OperationError('HSM_MASTER_MISSING', { master: asked });
    }
    return this.#withDerived('master', id, (master) => work(master, id));
  }

  #withKey<T>(blob: KeyBlob, work: (key: Buffer) => T): T {
    requireWhole(blob);
    return this.#withMaster(blob.masterId, (master) => {
      if (blob.mechanism === 'CKM_AES_KEY_WRAP') {
        throw notOurs('The built-in device keeps no key by RFC 3394.');
      }
      const problem = 'The kept key does not open under this master key.';
      const key = opened(problem, () => kwpUnwrap(master, Buffer.from(blob.wrapped)));
      try {
        const { secretBytes } = keySpecs[blob.spec];
        if (secretBytes !== null && key.length !== secretBytes) {
          throw notOurs(`The kept key is no ${blob.spec} key.`);
        }
        return work(key);
      } finally {
        key.fill(0);
      }
    });
  }

  #withServiceKey<T>({ id, blob }: ServiceKey, work: (key: Buffer) => T): T {
    if (blob !== null) {
      requireForService(blob);
      return this.#withKey(blob, work);
    }
    const problem = 'The built-in device holds a service key only while it is given its blob.';
    throw new OperationError('HSM_MASTER_MISSING', { serviceKey: id, problem });
  }

  #withSigningKey<T>(id: string, work: (key: KeyObject) => T): T {
    const scalar = deriveSigningScalar(this.#open(), id);
    const der = signingKeyDer(scalar);
    try {
      return work(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    } finally {
      scalar.fill(0);
      der.fill(0);
    }
  }

  #withDerived<T>(purpose: string, name: string, work: (key: Buffer) => T): T {
    const key = deriveKey(this.#open(), purpose, name);
    try {
      return work(key);
    } finally {
      key.fill(0);
    }
  }
}

const viewOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function opened(problem: string, work: () => Buffer): Buffer {
  try {
    return work();
  } catch (error) {
    throw error instanceof AuthenticationError ? notOurs(problem) : error;
  }
}

const notOurs = (problem: string): OperationError =>
  new OperationError('HSM_KEY_DIFFERS', { problem });
