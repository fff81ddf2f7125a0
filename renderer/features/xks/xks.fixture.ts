import type { OutputFor } from '../../../shared/contract/index.ts';
import type { Store, XksKey } from './xks-words.ts';

export const storeId = '5b0e0000-0000-4000-8000-000000000001';
export const xksKeyId = '5b0e0000-0000-4000-8000-000000000002';
const at = 1_800_000_000_000;

/** A connected store. */
export const storeShown = (more: Partial<Store> = {}): Store => ({
  id: storeId,
  name: 'ledger',
  uriPath: '/abcdefgh12345678/kms/xks/v1',
  accounts: ['111122223333'],
  regions: null,
  blocked: false,
  quota: null,
  rulesMode: 'enforce',
  credential: 'payments-kms',
  region: 'eu-west-1',
  endpoint: 'https://xks.example.test',
  connectivity: 'PUBLIC_ENDPOINT',
  vpcService: null,
  vpcOwner: null,
  keys: 1,
  inAws: inAws('CONNECTED'),
  needsYou: false,
  createdAt: at,
  ...more,
});

export const inAws = (state: string): NonNullable<Store['inAws']> => ({
  kmsStoreId: 'cks-1234567890abcdef0',
  account: '111122223333',
  state,
  meaning: 'As AWS said',
  error: null,
  accessKeyId: null,
  readAt: at,
});

/** A key that is served, with its KMS key. */
export const xksKeyShown = (more: Partial<XksKey> = {}): XksKey => ({
  id: xksKeyId,
  storeId,
  storeName: 'ledger',
  name: 'payments',
  xksKeyId: 'a1b2c3d4e5f60718',
  usage: { encrypt: true, decrypt: true },
  enabled: true,
  blocked: false,
  rehearsedUntil: null,
  served: true,
  version: 1,
  storage: 'hsm',
  assurance: 'hardware',
  onlyInHsm: false,
  binding: 'first',
  kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/7c1d0000-0000-4000-8000-00000000e20f',
  kmsKeyState: 'Enabled',
  readAt: at,
  needsYou: false,
  ...more,
});

type Serving = OutputFor<'xks.status'>;

/** One copy of the proxy that serves the newest set. */
export const proxyShown = (
  more: Partial<Serving['nodes'][number]> = {},
): Serving['nodes'][number] => ({
  node: 'one',
  revision: 1,
  newest: true,
  health: 'ACTIVE',
  problem: null,
  certificateDays: 59,
  figures: null,
  audit: { records: 0, linked: 0, linkedAt: null, reading: false, broken: false },
  ...more,
});

/** A serving set that no proxy serves. */
export const noProxy: Serving = {
  folder: '/serving',
  storage: 'hsm',
  revision: 1,
  published: 1,
  nodes: [],
  leftOnDevice: 0,
  refusedKmsKeys: [],
  blocks: [],
};
