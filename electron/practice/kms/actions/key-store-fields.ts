import { connectivities } from '../model/key-stores.ts';
import {
  oneOf,
  optional,
  orEmpty,
  required,
  secretText,
  string,
  structure,
} from '../wire/members.ts';

/** Constraints of the members that the operations on custom key stores share. */
export const storeIdMember = string({ min: 1, max: 64 });
export const storeIdField = { CustomKeyStoreId: required(storeIdMember) };
export const storeNameMember = string({ min: 1, max: 256 });

/** `patternText` where AWS's model writes it otherwise. */
const patterned = (
  min: number,
  max: number,
  pattern: RegExp,
  patternText = pattern.source.replaceAll(String.raw`\/`, '/'),
) => string({ min, max, pattern, patternText });

export const xksKeyIdMember = patterned(1, 128, /^[a-zA-Z0-9-_.]+$/);

const credential = structure({
  AccessKeyId: required(
    string({ min: 20, max: 30, pattern: /^[A-Z2-7]+$/, patternText: '^[A-Z2-7]+$', secret: true }),
  ),
  RawSecretAccessKey: required(
    secretText({
      min: 43,
      max: 64,
      pattern: /^[a-zA-Z0-9/+=]+$/,
      patternText: String.raw`^[a-zA-Z0-9\/+=]+$`,
    }),
  ),
});

const vpcServiceMember = patterned(
  20,
  64,
  /^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$/,
);

/** Where the proxy is: at Create all that a kind needs, at Update what is to change. */
export const proxyFields = {
  XksProxyUriEndpoint: optional(patterned(10, 128, /^https:\/\/[a-zA-Z0-9.-]+$/)),
  XksProxyUriPath: optional(
    patterned(
      10,
      128,
      /^(\/[a-zA-Z0-9/_-]+\/kms\/xks\/v\d{1,2})$|^(\/kms\/xks\/v\d{1,2})$/,
      String.raw`^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$`,
    ),
  ),
  XksProxyVpcEndpointServiceName: optional(orEmpty(vpcServiceMember)),
  XksProxyVpcEndpointServiceOwner: optional(patterned(12, 12, /^[0-9]{12}$/, '[0-9]{12}')),
  XksProxyAuthenticationCredential: optional(credential),
  XksProxyConnectivity: optional(oneOf(connectivities)),
};

/** For stores of the other type, which lie in CloudHSM clusters. */
export const clusterFields = {
  CloudHsmClusterId: optional(
    string({
      min: 19,
      max: 24,
      pattern: /^cluster-[2-7a-zA-Z]{11,16}$/,
      patternText: 'cluster-[2-7a-zA-Z]{11,16}',
    }),
  ),
  KeyStorePassword: optional(secretText({ min: 7, max: 32 })),
};
