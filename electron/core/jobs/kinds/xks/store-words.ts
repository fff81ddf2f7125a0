import type { StoreDeed } from '../../../../../shared/model/xks.ts';
import { xksRisks } from '../../../../../shared/text/xks.ts';
import type { CustomKeyStore } from '../../../cloud/answers.ts';
import type { KeyStoreChange } from '../../../cloud/cloud.ts';
import type { Realm } from '../../../store/store.ts';
import type { ExternalStore } from '../../../keystore/xks/rows.ts';
import { uriPathOf } from './opening.ts';

/** What is known when a plan for a store is written. */
export interface AboutStore {
  readonly realm: Realm;
  readonly store: ExternalStore;
  readonly seen: CustomKeyStore | null;
  readonly changes: KeyStoreChange;
  readonly kmsKeys: number;
  /** Proxy credentials that are accepted. */
  readonly valid: number;
}

/** A plan for a store in words. */
export interface Words {
  readonly verb: string;
  readonly sentence: string;
  readonly changes: readonly string[];
  readonly stays: readonly string[];
  readonly lookFirst: readonly string[];
  readonly steps: readonly string[];
  /** Calls to AWS, and whether each changes something there. */
  readonly calls: readonly (readonly [call: string, changes: boolean])[];
  readonly goBack: string;
  /** A person types the name of the store first. */
  readonly typed: boolean;
}

const look = [
  ['GetCallerIdentity', false],
  ['DescribeCustomKeyStores', false],
] as const;
const after = ['DescribeCustomKeyStores', false] as const;
const check = 'Check account and state of the store';
const serve = 'Give the proxies what they are to serve';

/** How long AWS takes to connect: somebody who practises learns what to reckon with. */
const connectTakes = (realm: Realm): string =>
  realm === 'real'
    ? 'That takes about five minutes'
    : 'With real AWS that takes about five minutes';

export const storeWords = (deed: StoreDeed, about: AboutStore): Words => table[deed](about);

const table: Readonly<Record<StoreDeed, (about: AboutStore) => Words>> = {
  create: ({ store, seen }) => ({
    verb: 'Create',
    sentence: seen
      ? 'AWS has this custom key store already: a former job made it and was given up before it knew. It is taken as it is; nothing is made.'
      : `AWS gets a custom key store that asks ${store.endpoint ?? 'the proxy'} for every use of its keys. It holds no key and is not connected yet.`,
    changes: seen
      ? [`${store.name} here is ${seen.kmsStoreId} in AWS, named ${seen.name}`]
      : [
          `A custom key store of type EXTERNAL_KEY_STORE named ${store.name}`,
          `Its proxy: ${store.endpoint ?? ''}${uriPathOf(store)}, ${store.connectivity}`,
        ],
    stays: [],
    lookFirst: [
      'AWS allows ten custom key stores in an account and Region',
      'Accounts other than those of the store are refused by the proxy',
      ...xksRisks,
    ],
    steps: [
      'Check account, and that the name is free',
      serve,
      seen ? 'Take the one that is there' : 'Create custom key store',
    ],
    calls: [...look, ...(seen ? [] : ([['CreateCustomKeyStore', true]] as const)), after],
    goBack: 'Delete the store in AWS, one call',
    typed: false,
  }),
  connect: ({ realm, seen }) => ({
    verb: 'Connect',
    sentence:
      seen?.state === 'FAILED'
        ? `AWS failed to connect before: it disconnects the store, then connects it anew. ${connectTakes(realm)}.`
        : `AWS connects to the proxy. ${connectTakes(realm)}; then KMS keys of the store can be used.`,
    changes: ['The store reads CONNECTED', 'Its KMS keys can be used'],
    stays: [],
    lookFirst: [],
    steps: [check, serve, 'Connect custom key store', 'Wait until AWS is connected'],
    calls: [
      ...look,
      ...(seen?.state === 'FAILED' ? ([['DisconnectCustomKeyStore', true]] as const) : []),
      ['ConnectCustomKeyStore', true],
      after,
    ],
    goBack: 'Disconnect the store, one call',
    typed: false,
  }),
  disconnect: ({ realm, kmsKeys }) => ({
    verb: 'Disconnect',
    sentence:
      'AWS sends nothing to the proxy any more. KMS keys of the store cannot be used until it is connected again.',
    changes: [
      'The store reads DISCONNECTED',
      kmsKeys === 0
        ? 'It has no KMS key that could be in use'
        : `Its KMS keys (${kmsKeys}) become Unavailable; every use fails with KMSInvalidStateException`,
    ],
    stays: ['KMS keys can be managed, and scheduled for deletion'],
    lookFirst: [
      'Services that cached data keys go on for 5 minutes to 24 hours, then fail',
      'No KMS key can be created in the store while it is disconnected',
    ],
    steps: [check, 'Disconnect custom key store', 'Wait until AWS is disconnected'],
    calls: [...look, ['DisconnectCustomKeyStore', true], after],
    goBack: `Connect the store. ${connectTakes(realm)}`,
    typed: kmsKeys > 0,
  }),
  update: ({ changes }) => ({
    verb: 'Update',
    sentence: 'AWS is told name and place of the proxy as they are said here.',
    changes: Object.entries(changes).map(([field, value]) => `${field}: ${String(value)}`),
    stays: ['The credential that AWS signs with'],
    lookFirst: [
      'The new place must serve the same external keys: others cannot open what these encrypted',
    ],
    steps: [check, serve, 'Update custom key store'],
    calls: [...look, ['UpdateCustomKeyStore', true], after],
    goBack: 'Edit the store back and update it again',
    typed: false,
  }),
  'rotate-credential': ({ realm, valid, seen }) => ({
    verb: 'Rotate credential of',
    sentence: `A new pair is made and accepted by the proxy, AWS is given it, and ${realm === 'real' ? 'five minutes later' : 'at once (five minutes later with real AWS)'} the former pair is retired. No request is refused meanwhile.`,
    changes: [
      valid > 1
        ? 'AWS signs with the second pair that is valid here'
        : 'A new access key id and secret',
      `${seen?.accessKeyId ?? 'The former pair'} is no longer accepted`,
    ],
    stays: ['Name, endpoint and path'],
    lookFirst: ['Proxies on other computers must have the new serving set before AWS does'],
    steps: [
      check,
      'Make a new proxy credential',
      serve,
      'Give AWS the new credential',
      'Retire the former credential',
    ],
    calls: [...look, ['UpdateCustomKeyStore', true], after, after],
    goBack: 'Rotate again: a retired secret is erased',
    typed: false,
  }),
  delete: () => ({
    verb: 'Delete',
    sentence:
      'AWS forgets the custom key store. At the proxy and in this keystore nothing changes.',
    changes: ['AWS no longer has the store'],
    stays: ['The store here, with its prefix'],
    lookFirst: ['AWS refuses while the store holds KMS keys, also those that wait for deletion'],
    steps: [check, 'Delete custom key store'],
    calls: [...look, ['DeleteCustomKeyStore', true]],
    goBack: 'Create it again; KMS keys that were deleted cannot be put back',
    typed: true,
  }),
};
