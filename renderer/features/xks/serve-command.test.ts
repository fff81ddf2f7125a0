import { expect, it } from 'vitest';
import { serveCommand } from './serve-command.ts';

it('names the keystore, no file where a certificate was imported, and a PIN where the HSM keeps the keys', () => {
  expect(serveCommand({ keystore: '/k/own keys', imported: false, storage: null })).toBe(
    "keyreeve --keystore '/k/own keys' xks serve --certificate chain.pem --private-key key.pem",
  );
  expect(serveCommand({ keystore: '/k/desk', imported: true, storage: 'software' })).toBe(
    'keyreeve --keystore /k/desk xks serve',
  );
  expect(serveCommand({ keystore: '/k/desk', imported: true, storage: 'hsm' })).toBe(
    'keyreeve --keystore /k/desk xks serve --token-pin-file PIN-FILE',
  );
});
