import { expect } from 'vitest';
import { keySpecNames, keySpecs } from '../../../shared/model/key-specs.ts';
import { describeConformance } from './hsm-conformance.fixture.ts';
import { builtIn, nss, softHsm } from './token.fixture.ts';

describeConformance(softHsm, (probe) => {
  expect(probe).toMatchObject({
    assurance: 'software-module',
    wrappingAlgorithms: ['RSAES_OAEP_SHA_1'],
    blobMechanism: 'CKM_AES_KEY_WRAP_PAD_RFC5649',
    kcvMethod: 'CMAC',
    dataObjects: true,
    aesGcm: true,
    auditSigning: true,
  });
});

describeConformance(nss, (probe) => {
  expect(probe).toMatchObject({
    assurance: 'software-module',
    wrappingAlgorithms: ['RSAES_OAEP_SHA_256', 'RSAES_OAEP_SHA_1'],
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
    sendable: keySpecNames.map((spec) => ({ spec, algorithm: keySpecs[spec].wrapping[0] })),
    dataObjects: false,
  });
});
