import { z } from 'zod';
import { unsupportedFeatures } from '../model/xks.ts';
import { nothing, op } from './op.ts';
import { absolutePath, hsmFails, name, reference, time } from './shapes.ts';
import { rulesMode, ruleView, ruleWhen, servingView } from './xks-shapes.ts';

const publishFails = ['XKS_NOT_PUBLISHED'] as const;

/** A whole store or one external key: exactly one of the two is named. */
const target = {
  store: reference.nullable().default(null),
  key: reference.nullable().default(null),
};

/** How a proxy reaches the device that holds service keys. Names files; holds no secret. */
const proxyDevice = z.discriminatedUnion('driver', [
  z.strictObject({
    driver: z.literal('pkcs11'),
    module: z.string(),
    moduleSha256: z.string(),
    libraryParameters: z.string().nullable(),
    environment: z.record(z.string(), z.string()).nullable(),
    tokenSerial: z.string(),
    tokenLabel: z.string(),
    /** Where the PIN of a practice token lies; null: a person gives it. */
    pinFile: z.string().nullable(),
  }),
  z.strictObject({ driver: z.literal('software'), keyFile: z.string() }),
]);

export const xksOps = {
  status: op({
    effect: 'read',
    summary: 'Say what XKS proxies are served, and which proxies serve it',
    input: nothing,
    output: servingView,
  }),
  publish: op({
    effect: 'change',
    summary: 'Write the serving set again and tell the proxies',
    input: nothing,
    output: servingView,
    fails: ['XKS_NO_STORE', ...publishFails],
  }),
  setFolder: op({
    effect: 'change',
    summary: 'Choose the folder in which XKS proxies find their serving set',
    input: z.strictObject({ folder: absolutePath }),
    output: servingView,
    fails: ['XKS_FOLDER_IN_USE', 'DISK_FAILED', ...publishFails],
  }),
  prepareProxy: op({
    effect: 'change',
    summary: 'Write what a proxy on this computer needs to reach the service keys',
    input: nothing,
    output: z.strictObject({
      folder: z.string(),
      servingSet: z.string(),
      servingKey: z.string(),
      /** Folder of folders, one for each copy of the proxy. */
      nodes: z.string(),
      realm: z.enum(['practice', 'real']),
      device: proxyDevice,
      /** Imported here; null: none was. */
      certificate: z.strictObject({ certificate: z.string(), privateKey: z.string() }).nullable(),
    }),
    fails: ['XKS_NO_STORE', ...publishFails, ...hsmFails],
  }),
  kill: op({
    effect: 'destructive',
    approval: null,
    summary: 'Block a store or an external key: within a second nothing is encrypted or decrypted',
    input: z.strictObject({ ...target, confirm: z.boolean().default(false) }),
    output: servingView,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', 'CONFIRMATION_NEEDED', ...publishFails],
  }),
  rehearse: op({
    effect: 'destructive',
    approval: null,
    summary: 'Block one external key for a while, for requests of a scope; it ends by itself',
    input: z.strictObject({
      key: reference,
      minutes: z.number().int().min(1).max(1440),
      /** Which requests are hit, as a rule asks; absent: every use of the key. */
      when: ruleWhen.default({}),
      confirm: z.boolean().default(false),
    }),
    output: z.strictObject({ until: time, serving: servingView }),
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', 'CONFIRMATION_NEEDED', ...publishFails],
  }),
  restore: op({
    effect: 'change',
    approval: 'every-deed',
    summary: 'Lift the block of a store or an external key',
    input: z.strictObject(target),
    output: servingView,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', ...publishFails],
  }),
  limits: op({
    effect: 'read',
    summary: 'Say what AWS does not offer for external key stores, and why',
    input: nothing,
    output: z.strictObject({
      unsupported: z.array(
        z.strictObject({ feature: z.enum(unsupportedFeatures), reason: z.string() }),
      ),
      risks: z.array(z.string()),
      blocking: z.array(z.string()),
    }),
  }),
};

export const xksRuleOps = {
  list: op({
    effect: 'read',
    summary: 'List the rules of a store and of its keys',
    input: z.strictObject({ store: reference }),
    output: z.strictObject({ mode: rulesMode, rules: z.array(ruleView) }),
    fails: ['NOT_FOUND'],
  }),
  add: op({
    effect: 'change',
    summary: 'Add a rule over who may use a store or one of its keys, and how',
    input: z.strictObject({
      ...target,
      name,
      effect: z.enum(['allow', 'deny']),
      when: ruleWhen,
    }),
    output: ruleView,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', ...publishFails],
  }),
  remove: op({
    effect: 'change',
    approval: 'every-deed',
    summary: 'Remove a rule',
    input: z.strictObject({ rule: reference }),
    output: nothing,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', ...publishFails],
  }),
  setMode: op({
    effect: 'change',
    approval: 'every-deed',
    summary: 'Let rules refuse, or only say what they would have refused',
    input: z.strictObject({ ...target, mode: rulesMode }),
    output: nothing,
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME', ...publishFails],
  }),
  try: op({
    effect: 'read',
    summary: 'Say whether a request would be let in, and which rule decides',
    input: z.strictObject({
      key: reference,
      request: z.strictObject({
        kmsOperation: z.string().max(128),
        awsPrincipalArn: z.string().max(2048).nullable().default(null),
        kmsKeyArn: z.string().max(2048).nullable().default(null),
        awsSourceVpc: z.string().max(128).nullable().default(null),
        awsSourceVpce: z.string().max(128).nullable().default(null),
        kmsViaService: z.string().max(128).nullable().default(null),
      }),
    }),
    output: z.strictObject({
      allowed: z.boolean(),
      /** Not refused although it is not allowed: its rules are being tried out. */
      dryRun: z.boolean(),
      /** Name of the rule, or what else decided; null when nothing had to. */
      by: z.string().nullable(),
    }),
    fails: ['NOT_FOUND', 'AMBIGUOUS_NAME'],
  }),
};
