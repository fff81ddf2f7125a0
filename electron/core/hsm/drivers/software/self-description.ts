import { keySpecNames, keySpecs } from '../../../../../shared/model/key-specs.ts';
import type { ProbeResult, Sendable, TokenStatus } from '../../driver.ts';

/** What the built-in device says of itself. `serial` follows from its key. */
export function builtInToken(serial: string): Omit<TokenStatus, 'loggedIn'> {
  return {
    label: 'Built-in software',
    serial,
    manufacturer: 'Keyreeve',
    model: 'built-in',
    firmware: '1',
    initialized: true,
    pin: 'ok',
    protectedAuthenticationPath: false,
    assurance: 'built-in-software',
  };
}

/** Each under the best algorithm that carries it: our own code does them all. */
const sendable: readonly Sendable[] = keySpecNames.flatMap((spec) =>
  keySpecs[spec].wrapping.slice(0, 1).map((algorithm) => ({ spec, algorithm })),
);

/** There are no quirks to find in our own code; what it is not must be said all the same. */
export function probeBuiltIn(serial: string): ProbeResult {
  const { label, manufacturer, model, firmware, assurance } = builtInToken(serial);
  return {
    token: { label, serial, manufacturer, model, firmware },
    assurance,
    wrappingAlgorithms: ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'],
    sendable,
    blobMechanism: 'CKM_AES_KEY_WRAP_KWP',
    kcvMethod: 'CMAC',
    auditSigning: true,
    dataObjects: false,
    aesGcm: true,
    findings: [
      {
        id: 'built-in',
        ok: false,
        sentence:
          'This is no HSM: keys are made and wrapped by this program, in the memory of this computer.',
      },
      {
        id: 'send-aes-256',
        ok: true,
        sentence: 'AES-256 keys go to AWS under RSAES_OAEP_SHA_256.',
      },
      {
        id: 'send-others',
        ok: true,
        sentence:
          'HMAC keys go the same way, RSA and elliptic-curve keys under RSA_AES_KEY_WRAP_SHA_256.',
      },
      {
        id: 'data-objects',
        ok: false,
        sentence: 'The device keeps no record: an older keystore put back is not noticed by it.',
      },
    ],
  };
}
