import { z } from 'zod';
import { connectivities } from '../model/xks.ts';
import { nothing, op } from './op.ts';
import {
  absolutePath,
  accountId,
  awsFails,
  hsmFails,
  name,
  plan,
  planNumber,
  reference,
  regionCode,
  started,
  storageLocation,
} from './shapes.ts';
import {
  proxyCredentialView,
  proxyEndpoint,
  storeDeed,
  storeDetail,
  storeView,
  vpcServiceName,
} from './xks-shapes.ts';

const found = ['NOT_FOUND', 'XKS_NOT_PUBLISHED'] as const;

/** Where the store is to be in AWS; may be said later. */
const place = {
  credential: reference.nullable(),
  region: regionCode.nullable(),
  endpoint: proxyEndpoint.nullable(),
  connectivity: z.enum(connectivities),
  vpcService: vpcServiceName.nullable(),
  vpcOwner: accountId.nullable(),
};
const accounts = z.array(accountId).min(1).max(1000);
const regions = z.array(regionCode).min(1).max(64).nullable();
const quota = z.number().int().min(1).max(1_000_000).nullable();

const asked = { store: reference, deed: storeDeed, newName: name.optional() };

export const xksStoreOps = {
  add: op({
    effect: 'change',
    summary: 'Add a logical key store with its first proxy credential; nothing changes in AWS',
    input: z.strictObject({
      name,
      /** Owners of KMS keys here: every other account is refused. Null, in practice only: all. */
      accounts: accounts.nullable(),
      regions: regions.default(null),
      quota: quota.default(null),
      /** Of the first store; later ones are where the first is. */
      storage: storageLocation.optional(),
      credential: place.credential.default(null),
      region: place.region.default(null),
      endpoint: place.endpoint.default(null),
      connectivity: place.connectivity.default('PUBLIC_ENDPOINT'),
      vpcService: place.vpcService.default(null),
      vpcOwner: place.vpcOwner.default(null),
    }),
    output: storeDetail,
    fails: [...found, 'NAME_TAKEN', 'AMBIGUOUS_NAME', 'REALM_MISMATCH', ...hsmFails],
  }),
  list: op({
    effect: 'read',
    summary: 'List external key stores with the connection state AWS last gave',
    input: nothing,
    output: z.strictObject({ stores: z.array(storeView) }),
  }),
  show: op({
    effect: 'read',
    summary: 'Show an external key store: credentials, rules, state in AWS',
    input: z.strictObject({ store: reference }),
    output: storeDetail,
    fails: ['NOT_FOUND'],
  }),
  edit: op({
    effect: 'change',
    summary: 'Edit an external key store here; AWS is told by the deed "update"',
    input: z.strictObject({
      store: reference,
      name: name.optional(),
      accounts: accounts.optional(),
      regions: regions.optional(),
      quota: quota.optional(),
      credential: place.credential.optional(),
      region: place.region.optional(),
      endpoint: place.endpoint.optional(),
      connectivity: place.connectivity.optional(),
      vpcService: place.vpcService.optional(),
      vpcOwner: place.vpcOwner.optional(),
    }),
    output: storeDetail,
    fails: [...found, 'NAME_TAKEN', 'AMBIGUOUS_NAME', 'XKS_STORE_IN_USE', 'ALREADY_RUNNING'],
  }),
  remove: op({
    effect: 'destructive',
    summary: 'Remove an empty external key store from this keystore; nothing changes in AWS',
    input: z.strictObject({ store: reference, confirm: z.boolean().default(false) }),
    output: nothing,
    fails: [...found, 'XKS_STORE_IN_USE', 'ALREADY_RUNNING', 'CONFIRMATION_NEEDED'],
  }),
  check: op({
    effect: 'change',
    summary: 'Read the store from AWS now and note what it says',
    input: z.strictObject({ store: reference }),
    output: storeDetail,
    fails: [...found, 'XKS_STORE_GONE', 'ACCOUNT_MISMATCH', ...awsFails],
  }),
  addCredential: op({
    effect: 'change',
    summary: 'Make a second proxy credential; both are accepted until one is retired',
    input: z.strictObject({ store: reference }),
    output: proxyCredentialView,
    fails: [...found, 'XKS_TWO_CREDENTIALS'],
  }),
  retireCredential: op({
    effect: 'destructive',
    summary: 'Stop accepting a proxy credential and erase its secret',
    input: z.strictObject({
      accessKeyId: z.string().regex(/^[A-Z2-7]{20,30}$/),
      confirm: z.boolean().default(false),
    }),
    output: nothing,
    fails: [...found, 'XKS_LAST_CREDENTIAL', 'CONFIRMATION_NEEDED'],
  }),
  writeCredential: op({
    effect: 'change',
    summary: 'Write path and newest proxy credential to a file, as the AWS console takes it',
    input: z.strictObject({ store: reference, file: absolutePath }),
    output: z.strictObject({ file: z.string(), accessKeyId: z.string() }),
    fails: ['NOT_FOUND', 'DISK_FAILED'],
  }),
  plan: op({
    effect: 'read',
    needs: 'verified',
    summary: 'Say what a deed on the store would do in AWS now',
    input: z.strictObject(asked),
    output: plan,
    fails: ['NOT_FOUND'],
  }),
  run: op({
    effect: 'destructive',
    approval: ({ deed }) =>
      deed === 'delete' || deed === 'disconnect' ? 'destructive' : 'every-deed',
    summary:
      'Create, connect, disconnect, update or delete the store in AWS, or rotate its credential',
    input: z.strictObject({
      ...asked,
      plan: planNumber,
      /** The name typed by a person, where the plan asks for it. */
      confirm: z.string().max(512).optional(),
    }),
    output: started,
    fails: [
      ...found,
      'PLAN_CHANGED',
      'ALREADY_RUNNING',
      'NOTHING_TO_DO',
      'NAME_NOT_TYPED',
      'NAME_TAKEN',
      'ACCOUNT_MISMATCH',
      'XKS_STORE_STATE',
      'XKS_STORE_GONE',
      'XKS_STORE_IN_USE',
      'XKS_PROXY_REFUSED',
      'XKS_TWO_CREDENTIALS',
      'XKS_NOT_SERVED',
      ...awsFails,
    ],
  }),
};
