import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { TokenStatus } from '../driver.ts';
import { Cryptoki } from '../drivers/pkcs11/cryptoki.ts';
import { CryptokiError, failureOf } from '../drivers/pkcs11/cryptoki-error.ts';
import { Pkcs11Driver } from '../drivers/pkcs11/driver.ts';
import { initializeToken } from '../drivers/pkcs11/initialize-token.ts';
import { tokensPresent } from '../drivers/pkcs11/token-list.ts';
import type { InitializeSpec, ModuleSpec, OpenSpec } from './specs.ts';
import type { Device } from './server.ts';

/** The one module this process loads, and what is done with it before a token is open. */
export class BridgeDevice implements Device {
  #cryptoki: Cryptoki | null = null;

  async open(args: readonly unknown[]): ReturnType<Device['open']> {
    const spec = args[0] as OpenSpec;
    if (spec.driver === 'software') {
      // not read where there is a module
      const { SoftwareDriver } = await import('../drivers/software/driver.ts');
      const driver = new SoftwareDriver();
      return { driver, value: await driver.status() };
    }
    const cryptoki = await this.#load(spec);
    const driver = named(() => new Pkcs11Driver(cryptoki, spec));
    return { driver, value: await driver.status() };
  }

  async tokens(args: readonly unknown[]): Promise<TokenStatus[]> {
    const cryptoki = await this.#load(args[0] as ModuleSpec);
    return named(() => tokensPresent(cryptoki).map((token) => token.status));
  }

  async initializeToken(args: readonly unknown[]): Promise<TokenStatus> {
    const spec = args[0] as InitializeSpec;
    const cryptoki = await this.#load(spec);
    try {
      return named(() => initializeToken(cryptoki, spec));
    } finally {
      spec.soPin.fill(0);
      spec.pin.fill(0);
    }
  }

  end(): void {
    this.#cryptoki?.finalize();
    this.#cryptoki = null;
  }

  /** The file is hashed again just before it is loaded: what was checked is what runs. */
  async #load(spec: ModuleSpec): Promise<Cryptoki> {
    const found = createHash('sha256')
      .update(await readFile(spec.path))
      .digest('hex');
    if (found !== spec.sha256) {
      const problem = 'The module file is not the one that was checked.';
      throw new OperationError('HSM_MODULE_UNUSABLE', {
        problem,
        reason: 'replaced',
        module: spec.path,
      });
    }
    this.#cryptoki ??= await loaded(spec);
    return this.#cryptoki;
  }
}

async function loaded(spec: ModuleSpec): Promise<Cryptoki> {
  try {
    return await Cryptoki.load(spec);
  } catch (error) {
    // Most often its settings cannot be read: SoftHSM answers this to whoever may not see its tokens.
    throw error instanceof CryptokiError
      ? failureOf(error, { details: { starting: spec.path } })
      : error;
  }
}

function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof CryptokiError ? failureOf(error) : error;
  }
}
