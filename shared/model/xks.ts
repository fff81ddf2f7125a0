/** Facts about external key stores that the core, the window and the command line share. */

export const connectivities = ['PUBLIC_ENDPOINT', 'VPC_ENDPOINT_SERVICE'] as const;
export type Connectivity = (typeof connectivities)[number];

/** What a rule may ask about a request. */
export const ruleConditions = [
  'awsPrincipalArn',
  'kmsKeyArn',
  'kmsOperation',
  'awsSourceVpc',
  'awsSourceVpce',
  'kmsViaService',
] as const;
export type RuleCondition = (typeof ruleConditions)[number];

/** What AWS does not offer for keys in an external key store. */
export const unsupportedFeatures = [
  'data-key-pairs',
  'data-key-pairs-without-plaintext',
  'hmac-keys',
  'asymmetric-keys',
  'cloudformation',
  'multi-region',
  'imported-material',
  'automatic-rotation',
] as const;
export type UnsupportedFeature = (typeof unsupportedFeatures)[number];

/** Keys that a certificate of a proxy may be made for; the suites of AWS take all of them. */
export const certificateKeys = ['P-256', 'P-384', 'RSA-3072'] as const;
export type CertificateKey = (typeof certificateKeys)[number];

/** What a person may do with a store in AWS. */
export const storeDeeds = [
  'create',
  'connect',
  'disconnect',
  'update',
  'rotate-credential',
  'delete',
] as const;
export type StoreDeed = (typeof storeDeeds)[number];

/** What a person may do with the KMS key of an external key. */
export const xksKeyDeeds = [
  'create',
  'enable',
  'disable',
  'schedule-deletion',
  'cancel-deletion',
  'release',
] as const;
export type XksKeyDeed = (typeof xksKeyDeeds)[number];
