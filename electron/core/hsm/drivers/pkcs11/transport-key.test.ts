import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { behindItsBack, nss, softHsm } from '../../token.fixture.ts';

const files = [
  'open-token.ts',
  'proved.ts',
  'master-key.ts',
  'transport-key.ts',
  'cryptoki-error.ts',
];

/** A token that lets in from outside what never leaves it again, and nothing else. */
describe.each([softHsm, nss])('on $name, were it to keep what comes in', (kind) => {
  it.skipIf(kind.missing !== null)(
    'no transport key is made, and nothing is said of a file',
    async () => {
      const token = await kind.make();
      if (token.target.driver !== 'pkcs11') throw new Error('no module');
      const { tokenSerial: serial, tokenLabel: label } = token.target;
      const seen = behindItsBack(
        token,
        `const { OpenToken } = own['open-token.ts'];
         const { Proved } = own['proved.ts'];
         const { makeTransportKey, bringIn } = own['transport-key.ts'];
         const { CryptokiError } = own['cryptoki-error.ts'];
         const open = OpenToken.bind(cryptoki, ${JSON.stringify({ serial, label })});
         const proved = new Proved();
         const refuse = (target) => (...args) => {
           const [, { mechanism }, , , { EXTRACTABLE }] = args;
           if (mechanism === 9 && EXTRACTABLE) throw new CryptokiError(0xd1, 'C_UnwrapKey');
           return target.unwrap(...args);
         };
         const keeping = (scope) => ({
           ...scope,
           cryptoki: new Proxy(scope.cryptoki, {
             get: (target, name) => name === 'unwrap' ? refuse(target)
               : typeof target[name] === 'function' ? target[name].bind(target) : target[name],
           }),
         });
         const told = (work) => {
           try { return work(); } catch (error) { return error.code ?? error.result ?? error.message; }
         };
         return open.work((scope) => {
           const means = proved.means(scope);
           const id = '${randomBytes(16).toString('hex')}';
           own['master-key.ts'].createMaster(scope, { means, serial: '${serial}' }, Buffer.from(id, 'hex'));
           const refused = told(() => makeTransportKey(keeping(scope), means, id));
           const transport = makeTransportKey(scope, means, id);
           const { createPublicKey, publicEncrypt } = process.getBuiltinModule('node:crypto');
           const key = createPublicKey({ key: transport.blob.publicKey, format: 'der', type: 'spki' });
           const oaepHash = transport.algorithm.endsWith('256') ? 'sha256' : 'sha1';
           const file = publicEncrypt({ key, padding: 4, oaepHash }, Buffer.alloc(32, 7));
           const take = (of) => told(() => bringIn(of, means, transport, file, 'SYMMETRIC_DEFAULT').kcv.method);
           return { refused, whole: take(scope), kept: take(keeping(scope)) };
         });`,
        files,
      );
      expect(seen).toEqual({
        refused: 'HSM_CANNOT_SEND',
        whole: 'CMAC',
        kept: 'CKR_TEMPLATE_INCONSISTENT',
      });
      token.remove();
    },
  );
});
