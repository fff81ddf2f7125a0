import type { Handle, Mechanism, MechanismInfo, PKCS11, TokenInfo } from 'pkcs11js';
import { OperationError, type SafeDetails } from '../../../../../shared/errors/operation-error.ts';
import { CryptokiError } from './cryptoki-error.ts';
import { type AttributeName, CKA, CKF } from './numbers.ts';

export type { Handle, Mechanism, TokenInfo } from 'pkcs11js';
export type AttributeValue = number | boolean | string | Buffer;
export type Template = Readonly<Partial<Record<AttributeName, AttributeValue>>>;

export interface LoadOptions {
  readonly path: string;
  /** NSS softokn takes its configuration this way instead of from the environment. */
  readonly libraryParameters?: string;
}

/**
 * One loaded PKCS#11 module, synchronous calls only: pkcs11js's asynchronous ones leak their
 * mechanism and template, keep raw pointers into JavaScript buffers, and are slower here. Errors
 * leave as {@link CryptokiError} with the standard's name; pkcs11js names only part of them and
 * leaves C_CreateObject, C_CopyObject and C_SetAttributeValue without a code.
 */
export class Cryptoki {
  readonly #module: PKCS11;

  private constructor(module: PKCS11) {
    this.#module = module;
  }

  /**
   * Loads and initialises the module. Only ever once per process.
   * @throws OperationError HSM_MODULE_UNUSABLE; CryptokiError from C_Initialize
   */
  static async load(options: LoadOptions): Promise<Cryptoki> {
    const native = await loadNative();
    const module = new native.PKCS11();
    try {
      module.load(options.path);
    } catch (error) {
      const problem = 'This file does not load as a PKCS#11 module.';
      throw unusable({ problem, module: options.path }, 'dlopen', error);
    }
    const cryptoki = new Cryptoki(module);
    cryptoki.#initialize(options.libraryParameters);
    return cryptoki;
  }

  #initialize(libraryParameters: string | undefined): void {
    const extra =
      libraryParameters === undefined
        ? {}
        : // pkcs11js sizes its copy without room for the terminator and so cuts the last character
          { libraryParameters: `${libraryParameters} ` };
    try {
      this.call('C_Initialize', (m) => m.C_Initialize({ flags: CKF.OS_LOCKING_OK, ...extra }));
    } catch (error) {
      if (!(error instanceof CryptokiError) || !error.is('CKR_CANT_LOCK')) throw error;
      // A module without locks of its own is fine: this process calls from one thread only.
      this.call('C_Initialize', (m) => m.C_Initialize({ flags: 0, ...extra }));
    }
  }

  /** Runs one PKCS#11 function and names it in the error. */
  call<T>(name: string, work: (module: PKCS11) => T): T {
    try {
      return work(this.#module);
    } catch (error) {
      throw cryptokiError(error, name);
    }
  }

  finalize(): void {
    this.call('C_Finalize', (m) => m.C_Finalize());
  }

  slots(): Handle[] {
    return this.call('C_GetSlotList', (m) => m.C_GetSlotList(true));
  }

  tokenInfo(slot: Handle): TokenInfo {
    return this.call('C_GetTokenInfo', (m) => m.C_GetTokenInfo(slot));
  }

  mechanism(slot: Handle, mechanism: number): MechanismInfo {
    return this.call('C_GetMechanismInfo', (m) => m.C_GetMechanismInfo(slot, mechanism));
  }

  create(session: Handle, template: Template): Handle {
    const attributes = toAttributes(template);
    return this.call('C_CreateObject', (m) => m.C_CreateObject(session, attributes));
  }

  copy(session: Handle, object: Handle, template: Template): Handle {
    const attributes = toAttributes(template);
    return this.call('C_CopyObject', (m) => m.C_CopyObject(session, object, attributes));
  }

  destroy(session: Handle, object: Handle): void {
    this.call('C_DestroyObject', (m) => m.C_DestroyObject(session, object));
  }

  set(session: Handle, object: Handle, template: Template): void {
    const attributes = toAttributes(template);
    this.call('C_SetAttributeValue', (m) => m.C_SetAttributeValue(session, object, attributes));
  }

  /** Reads the named attributes; one the module does not know makes the whole call fail. */
  get(session: Handle, object: Handle, names: readonly AttributeName[]): Buffer[] {
    const asked = names.map((name) => ({ type: CKA[name] }));
    const read = this.call('C_GetAttributeValue', (m) =>
      m.C_GetAttributeValue(session, object, asked),
    );
    return read.map((attribute) => attribute.value ?? Buffer.alloc(0));
  }

  flag(session: Handle, object: Handle, name: AttributeName): boolean {
    return this.get(session, object, [name])[0]?.[0] === 1;
  }

  /** All objects that match, at most `limit`. Linear in the size of the token on SoftHSM. */
  find(session: Handle, template: Template, limit = 1000): Handle[] {
    this.call('C_FindObjectsInit', (m) => m.C_FindObjectsInit(session, toAttributes(template)));
    try {
      const found: Handle[] = [];
      while (found.length < limit) {
        const more = this.call('C_FindObjects', (m) => m.C_FindObjects(session, 100));
        if (more.length === 0) break;
        found.push(...more);
      }
      return found;
    } finally {
      this.call('C_FindObjectsFinal', (m) => m.C_FindObjectsFinal(session));
    }
  }

  generate(session: Handle, mechanism: Mechanism, template: Template): Handle {
    const attributes = toAttributes(template);
    return this.call('C_GenerateKey', (m) => m.C_GenerateKey(session, mechanism, attributes));
  }

  generatePair(
    session: Handle,
    mechanism: Mechanism,
    publicTemplate: Template,
    privateTemplate: Template,
  ): { publicKey: Handle; privateKey: Handle } {
    return this.call('C_GenerateKeyPair', (m) =>
      m.C_GenerateKeyPair(
        session,
        mechanism,
        toAttributes(publicTemplate),
        toAttributes(privateTemplate),
      ),
    );
  }

  /** The result has its own memory, exactly as long as the module says. */
  wrap(session: Handle, mechanism: Mechanism, wrapping: Handle, key: Handle): Buffer {
    const room = Buffer.alloc(8192);
    return Buffer.from(
      this.call('C_WrapKey', (m) => m.C_WrapKey(session, mechanism, wrapping, key, room)),
    );
  }

  unwrap(
    session: Handle,
    mechanism: Mechanism,
    unwrapping: Handle,
    wrapped: Uint8Array,
    template: Template,
  ): Handle {
    const attributes = toAttributes(template);
    return this.call('C_UnwrapKey', (m) =>
      m.C_UnwrapKey(session, mechanism, unwrapping, Buffer.from(wrapped), attributes),
    );
  }

  sign(session: Handle, mechanism: Mechanism, key: Handle, data: Buffer): Buffer {
    this.call('C_SignInit', (m) => m.C_SignInit(session, mechanism, key));
    return Buffer.from(this.call('C_Sign', (m) => m.C_Sign(session, data, Buffer.alloc(1024))));
  }

  encrypt(session: Handle, mechanism: Mechanism, key: Handle, data: Buffer): Buffer {
    this.call('C_EncryptInit', (m) => m.C_EncryptInit(session, mechanism, key));
    const room = Buffer.alloc(data.length + 64);
    return Buffer.from(this.call('C_Encrypt', (m) => m.C_Encrypt(session, data, room)));
  }

  decrypt(session: Handle, mechanism: Mechanism, key: Handle, data: Buffer): Buffer {
    this.call('C_DecryptInit', (m) => m.C_DecryptInit(session, mechanism, key));
    const room = Buffer.alloc(data.length + 64);
    try {
      return Buffer.from(this.call('C_Decrypt', (m) => m.C_Decrypt(session, data, room)));
    } finally {
      room.fill(0);
    }
  }
}

function toAttributes(template: Template): { type: number; value: AttributeValue }[] {
  return Object.entries(template).map(([name, value]) => ({
    type: CKA[name as AttributeName],
    value,
  }));
}

/** `NAME:number` at the start of the message is all that every error of pkcs11js has. */
function cryptokiError(error: unknown, at: string): Error {
  if (!(error instanceof Error)) return new Error(`unexpected throw at ${at}`);
  const coded = error as Error & { code?: unknown };
  if (typeof coded.code === 'number' && coded.code > 0) return new CryptokiError(coded.code, at);
  const number = /CKR_\w+:(\d+)/.exec(error.message)?.[1];
  return number === undefined ? error : new CryptokiError(Number(number), at);
}

async function loadNative(): Promise<typeof import('pkcs11js')> {
  try {
    const loaded = (await import('pkcs11js')) as { default?: typeof import('pkcs11js') };
    if (loaded.default === undefined) throw new Error('pkcs11js has no default export');
    return loaded.default;
  } catch (error) {
    const problem = 'pkcs11js, which loads PKCS#11 modules, was not built at installation';
    throw unusable({ problem, reason: 'no-binding' }, 'import pkcs11js', error);
  }
}

function unusable(details: SafeDetails, at: string, cause: unknown): OperationError {
  const message = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
  return new OperationError('HSM_MODULE_UNUSABLE', details, {
    external: { name: 'load failed', at, message },
    cause,
  });
}
