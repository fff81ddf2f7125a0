/** Fills a SoftHSM token, and measures what opening it costs without us. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Cryptoki } from '../../electron/core/hsm/drivers/pkcs11/cryptoki.ts';
import { CKK, CKM, CKO } from '../../electron/core/hsm/drivers/pkcs11/numbers.ts';
import { OpenToken } from '../../electron/core/hsm/drivers/pkcs11/open-token.ts';
import { serve } from '../support/worker.ts';

export interface TokenInput {
  readonly module: string;
  readonly tokenSerial: string;
  readonly tokenLabel: string;
  readonly pinFile: string;
}

export type TokenMethods = {
  /** Adds so many AES keys. */
  fill(input: TokenInput & { readonly keys: number }): Promise<void>;
  /** Milliseconds of C_Initialize and of one find over the whole token. */
  open(input: TokenInput): Promise<{ initialize: number; find: number }>;
};

async function opened({ module, tokenSerial, tokenLabel, pinFile }: TokenInput) {
  const begun = performance.now();
  const cryptoki = await Cryptoki.load({ path: module });
  const initialize = performance.now() - begun;
  const token = OpenToken.bind(cryptoki, { serial: tokenSerial, label: tokenLabel });
  token.login(readFileSync(pinFile));
  return { cryptoki, token, initialize };
}

async function fill(input: TokenInput & { readonly keys: number }): Promise<void> {
  const { cryptoki, token } = await opened(input);
  const made = { CLASS: CKO.SECRET_KEY, KEY_TYPE: CKK.AES, VALUE_LEN: 32, SENSITIVE: true };
  token.work(({ session }) => {
    const mechanism = { mechanism: CKM.AES_KEY_GEN };
    const key = cryptoki.generate(session, mechanism, { ...made, TOKEN: false, ENCRYPT: true });
    // a copy onto the token is ten times faster than making each key there
    for (let at = 0; at < input.keys; at++) {
      cryptoki.copy(session, key, { TOKEN: true, ID: randomBytes(16), LABEL: 'keyreeve service' });
    }
    cryptoki.destroy(session, key);
  });
  cryptoki.finalize();
}

async function open(input: TokenInput) {
  const { cryptoki, token, initialize } = await opened(input);
  const begun = performance.now();
  token.work(({ session, objects }) => objects.all(session, { CLASS: CKO.SECRET_KEY }));
  const find = performance.now() - begun;
  cryptoki.finalize();
  return { initialize, find };
}

serve({ fill, open } satisfies TokenMethods);
