import { expect } from 'vitest';
import { type KeySpec, keySpecNames, keySpecs } from '../../../shared/model/key-specs.ts';
import { describeConformance } from './hsm-conformance.fixture.ts';
import type { ProbeResult } from './driver.ts';
import { builtIn, nss, softHsm } from './token.fixture.ts';

const sentence = (probe: ProbeResult, id: string): string | undefined =>
  probe.findings.find((finding) => finding.id === id)?.sentence;
const all = (specs: readonly KeySpec[], hash: 'SHA_1' | 'SHA_256') =>
  specs.map((spec) => {
    const secret = keySpecs[spec].secretBytes !== null;
    return { spec, algorithm: `${secret ? 'RSAES_OAEP' : 'RSA_AES_KEY_WRAP'}_${hash}` };
  });
const secrets = ['SYMMETRIC_DEFAULT', 'HMAC_224', 'HMAC_256', 'HMAC_384', 'HMAC_512'] as const;

describeConformance(softHsm, (probe) => {
  expect(probe).toMatchObject({
    assurance: 'software-module',
    wrappingAlgorithms: ['RSAES_OAEP_SHA_1'],
    sendable: all([...secrets, 'ECC_NIST_P384', 'ECC_SECG_P256K1'], 'SHA_1'),
    blobMechanism: 'CKM_AES_KEY_WRAP_PAD_RFC5649',
    kcvMethod: 'CMAC',
    dataObjects: true,
    aesGcm: true,
    auditSigning: true,
  });
  expect(sentence(probe, 'send-ecc')).toBe(
    'P-256 keys cannot be sent: the key wrap adds zeros to them (67 bytes become 72). P-384 and secp256k1 keys go to AWS under RSA_AES_KEY_WRAP_SHA_1. P-521 keys cannot be sent: the key wrap adds zeros to them (98 bytes become 104).',
  );
  expect(sentence(probe, 'send-rsa')).toBe(
    'RSA keys cannot be sent: the key wrap adds zeros to most of them.',
  );
});

describeConformance(nss, (probe) => {
  expect(probe).toMatchObject({
    assurance: 'software-module',
    wrappingAlgorithms: ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'],
    sendable: all(
      keySpecNames.filter((spec) => spec !== 'ECC_SECG_P256K1'),
      'SHA_256',
    ),
    blobMechanism: 'CKM_AES_KEY_WRAP_KWP',
    kcvMethod: 'CMAC',
    dataObjects: false,
    aesGcm: true,
    auditSigning: true,
  });
});

describeConformance(builtIn, (probe) => {
  expect(probe).toMatchObject({
    assurance: 'built-in-software',
    wrappingAlgorithms: ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'],
    sendable: all(keySpecNames, 'SHA_256'),
    dataObjects: false,
  });
});
