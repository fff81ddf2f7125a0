import type { KeySpec, WrappingAlgorithm } from '../../../../../shared/model/key-specs.ts';
import type {
  HsmDriver,
  Kcv,
  KeyBlob,
  MasterKey,
  ProbeResult,
  ServiceKey,
  TokenStatus,
  TransportKey,
  WrappedForAws,
} from '../../driver.ts';
import { requireCarries, requireKeySpec, requireSecret } from '../../kept-key.ts';
import { probeToken } from '../../probe.ts';
import { readAnchor, writeAnchor } from './anchor.ts';
import { auditPublicKey, signAudit } from './audit-key.ts';
import { wrapForAws } from './aws-wrap.ts';
import { generateBlob, measure } from './blob-key.ts';
import type { Cryptoki } from './cryptoki.ts';
import { CryptokiError, failureOf } from './cryptoki-error.ts';
import { createMaster, findMasters, tryMaster } from './master-key.ts';
import type { Means } from './means.ts';
import { masterObjectId } from './object-id.ts';
import { OpenToken, type Scope } from './open-token.ts';
import { Proved } from './proved.ts';
import {
  createServiceKey,
  decryptUnder,
  encryptUnder,
  installServiceKey,
  removeServiceKey,
} from './service-key.ts';
import { createSlotKey, open, seal } from './slot-key.ts';
import { bringIn, makeTransportKey } from './transport-key.ts';

/**
 * One token behind the driver interface. Everything below is synchronous; the methods are
 * asynchronous because the interface is. What the module can do is found by trying, once per
 * process, when it is first needed.
 */
export class Pkcs11Driver implements HsmDriver {
  readonly #token: OpenToken;
  readonly #proved = new Proved();

  constructor(cryptoki: Cryptoki, wanted: { serial: string; label: string }) {
    this.#token = OpenToken.bind(cryptoki, wanted);
  }

  async status(): Promise<TokenStatus> {
    return translate(() => this.#token.status());
  }

  async login(pin: Uint8Array): Promise<TokenStatus> {
    return translate(() => this.#token.login(pin));
  }

  async logout(): Promise<void> {
    translate(() => this.#token.logout());
  }

  async probe(): Promise<ProbeResult> {
    return translate(() => probeToken(this.#token));
  }

  async findMasters(): Promise<readonly MasterKey[]> {
    return this.#work((scope) => findMasters(scope, this.#place(scope)));
  }

  async createMaster(id: string): Promise<MasterKey> {
    const objectId = masterObjectId(id);
    const create = (scope: Scope): MasterKey => createMaster(scope, this.#place(scope), objectId);
    return this.#work(create, { repeatable: false });
  }

  async tryMaster(id: string): Promise<MasterKey> {
    return this.#work((scope) => tryMaster(scope, this.#place(scope), masterObjectId(id)));
  }

  async generateKey(masterId: string, spec: KeySpec): Promise<KeyBlob> {
    requireKeySpec(spec);
    return this.#work((scope) => {
      this.#proved.requireType(scope, spec);
      return generateBlob(scope, this.#proved.means(scope), masterId, spec);
    });
  }

  async kcvOf(blob: KeyBlob): Promise<Kcv> {
    return this.#work((scope) => measure(scope, this.#proved.means(scope), blob));
  }

  async wrapForAws(
    blob: KeyBlob,
    spki: Uint8Array,
    algorithm: WrappingAlgorithm,
  ): Promise<WrappedForAws> {
    return this.#work((scope) => {
      requireCarries(blob.spec, algorithm);
      this.#proved.requireAlgorithm(scope, algorithm);
      this.#proved.requireType(scope, blob.spec);
      return wrapForAws(scope, this.#proved.means(scope), blob, spki, algorithm);
    });
  }

  async makeTransportKey(masterId: string): Promise<TransportKey> {
    return this.#work((scope) => makeTransportKey(scope, this.#proved.means(scope), masterId));
  }

  async bringIn(transport: TransportKey, wrapped: Uint8Array, spec: KeySpec): Promise<KeyBlob> {
    requireSecret(spec);
    return this.#work((scope) => {
      this.#proved.requireType(scope, spec);
      return bringIn(scope, this.#proved.means(scope), transport, wrapped, spec);
    });
  }

  async createSlotKey(id: string): Promise<void> {
    this.#work((scope) => createSlotKey(scope, id), { repeatable: false });
  }

  async sealWithSlotKey(id: string, plain: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    return this.#work((scope) => seal(scope, this.#proved.gcm(scope), id, plain, aad));
  }

  async openWithSlotKey(id: string, sealed: Uint8Array, aad: Uint8Array): Promise<Uint8Array> {
    return this.#work((scope) => open(scope, this.#proved.gcm(scope), id, sealed, aad));
  }

  async installServiceKey(id: string, blob: KeyBlob): Promise<void> {
    const install = (scope: Scope): void =>
      installServiceKey(scope, this.#proved.means(scope), id, blob);
    this.#work(install, { repeatable: false });
  }

  async createServiceKey(id: string): Promise<void> {
    this.#work((scope) => createServiceKey(scope, id), { repeatable: false });
  }

  async removeServiceKey(id: string): Promise<boolean> {
    return this.#work((scope) => removeServiceKey(scope, id), { repeatable: false });
  }

  async gcmEncrypt({ id }: ServiceKey, aad: Uint8Array, plain: Uint8Array): Promise<Uint8Array> {
    return this.#work((scope) => encryptUnder(scope, this.#proved.gcm(scope), id, aad, plain));
  }

  async gcmDecrypt({ id }: ServiceKey, aad: Uint8Array, sealed: Uint8Array): Promise<Uint8Array> {
    return this.#work((scope) => decryptUnder(scope, this.#proved.gcm(scope), id, aad, sealed));
  }

  async auditPublicKey(id: string, create: boolean): Promise<Uint8Array | null> {
    return this.#work((scope) => auditPublicKey(scope, id, create), { repeatable: !create });
  }

  async signAudit(id: string, message: Uint8Array): Promise<Uint8Array> {
    return this.#work((scope) => signAudit(scope, id, message));
  }

  async writeAnchor(name: string, value: Uint8Array): Promise<void> {
    this.#work((scope) => writeAnchor(scope, name, value), { repeatable: false });
  }

  async readAnchor(name: string): Promise<Uint8Array | null> {
    return this.#work((scope) => readAnchor(scope, name));
  }

  #work<T>(run: (scope: Scope) => T, options?: { repeatable?: boolean }): T {
    return translate(() => this.#token.work(run, options));
  }

  #place(scope: Scope): { means: Means; serial: string } {
    return { means: this.#proved.means(scope), serial: this.#token.serial };
  }
}

function translate<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof CryptokiError ? failureOf(error) : error;
  }
}
