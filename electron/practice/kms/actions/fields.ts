import { integer, list, optional, required, string } from '../wire/members.ts';

/** Constraints of members that several operations share, as the API model has them. */
export const keyIdMember = string({ min: 1, max: 2048 });
export const keyIdField = { KeyId: required(keyIdMember) };

export const grantTokens = optional(list(string({ min: 1, max: 8192 }), { min: 0, max: 10 }));

export const aliasNameMember = string({
  min: 1,
  max: 256,
  pattern: /^[a-zA-Z0-9:/_-]+$/,
  patternText: '^[a-zA-Z0-9:/_-]+$',
});

export const descriptionMember = string({ max: 8192 });

export const policyMember = string({
  min: 1,
  max: 131_072,
  pattern: /^[\t\n\r -\u00FF]+$/,
  patternText: String.raw`[\u0009\u000A\u000D\u0020-\u00FF]+`,
});

export const policyNameMember = string({
  min: 1,
  max: 128,
  pattern: /^\w+$/,
  patternText: String.raw`[\w]+`,
});

export const materialIdMember = string({
  min: 64,
  max: 64,
  pattern: /^[a-f0-9]+$/,
  patternText: '^[a-f0-9]+$',
});

export const tagKeyMember = string({ min: 1, max: 128 });
export const tagValueMember = string({ max: 256 });

export const grantIdMember = string({ min: 1, max: 128 });

export const principalMember = string({
  min: 1,
  max: 256,
  pattern: /^[\w+=,.@:/-]+$/,
  patternText: String.raw`^[\w+=,.@:/-]+$`,
});

export const servicePrincipalMember = string({ min: 1, max: 256 });

export const regionMember = string({
  min: 1,
  max: 32,
  pattern: /^([a-z]+-){2,3}\d+$/,
  patternText: String.raw`^([a-z]+-){2,3}\d+$`,
});

export const windowMember = integer({ min: 1, max: 365 });
