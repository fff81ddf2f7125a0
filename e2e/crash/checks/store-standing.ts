import type { PracticeKey, PracticeKeyStore } from '../practice.ts';
import type { ExternalKey } from '../look.ts';
import { marked, type Sentence, type Truth } from './truth.ts';

/** The sentences of jobs on external key stores, each with the mark beside it. */
interface Line extends Sentence {
  readonly good: boolean | null;
}

const keyStore = ({ state }: Truth): PracticeKeyStore | undefined => state.keyStores[0];

const kmsKey = ({ state }: Truth, from = '', to = ''): PracticeKey | undefined =>
  state.keys.find(({ metadata: { KeyId } }) => KeyId.startsWith(from) && KeyId.endsWith(to));

const external = ({ store }: Truth, name: string | undefined): ExternalKey | undefined =>
  store.external.keys.find(({ key }) => key.name === name);

const wasThere = (truth: Truth, each: ExternalKey | undefined): boolean =>
  each !== undefined && each.key.createdAt < truth.armedAt;

const reads = (truth: Truth, { id, state }: Readonly<Record<string, string>>): boolean =>
  keyStore(truth)?.storeId === id && keyStore(truth)?.state === state;

export const storeCopies: readonly Line[] = [
  {
    pattern: /^External keys of this keystore are untouched$/,
    good: true,
    holds: (truth) => truth.store.external.keys.every((each) => wasThere(truth, each)),
  },
  {
    pattern: /^(?<name>\S+) is saved in the keystore$/,
    good: true,
    holds: (truth, { name }) => external(truth, name) !== undefined,
  },
  {
    pattern: /^(?<name>\S+) is saved in the keystore and in the backup$/,
    good: true,
    holds: (truth, { name }) =>
      external(truth, name)?.versions.every(({ backedUpAt }) => backedUpAt !== null) === true &&
      truth.backup.increments > 0,
  },
];

export const storeAws: readonly Line[] = [
  {
    pattern: /^AWS may have key store \S+, made by this job$/,
    good: null,
    holds: (truth) => truth.state.keyStores.length <= 1,
  },
  {
    pattern: /^AWS has no key store for it$/,
    good: true,
    holds: (truth) => truth.state.keyStores.length === 0,
  },
  {
    pattern: /^AWS no longer has \S+ \(cks-\w+\)$/,
    good: true,
    holds: (truth) => truth.state.keyStores.length === 0,
  },
  {
    pattern: /^\S+ \((?<id>cks-\w+)\) reads (?<state>[A-Z]+)$/,
    good: true,
    holds: reads,
  },
  {
    pattern: /^No KMS key stands for it yet; \S+ \((?<id>cks-\w+)\) reads (?<state>[A-Z]+)$/,
    good: true,
    holds: (truth, groups) => truth.state.keys.length === 0 && reads(truth, groups),
  },
  {
    pattern:
      /^AWS may hold one KMS key with the mark of this job; \S+ \((?<id>cks-\w+)\) reads (?<state>[A-Z]+)$/,
    good: null,
    holds: (truth, groups) =>
      truth.state.keys.length === marked(truth).length && reads(truth, groups),
  },
  {
    pattern:
      /^KMS key (?<from>\w{4})…(?<to>\w{4}) reads (?<is>[A-Z]\w+); \S+ \((?<id>cks-\w+)\) reads (?<state>[A-Z]+)$/,
    good: true,
    holds: (truth, groups) =>
      kmsKey(truth, groups['from'], groups['to'])?.metadata.KeyState === groups['is'] &&
      reads(truth, groups),
  },
  {
    pattern:
      /^AWS no longer has KMS key (?<from>\w{4})…(?<to>\w{4}); \S+ \((?<id>cks-\w+)\) reads (?<state>[A-Z]+)$/,
    good: true,
    holds: (truth, groups) =>
      kmsKey(truth, groups['from'], groups['to']) === undefined && reads(truth, groups),
  },
];

const isConnected = (truth: Truth): boolean => keyStore(truth)?.state === 'CONNECTED';

const unusable = /^KMS keys of this store cannot be used while it is not connected$/;

export const storeApplications = (truth: Truth): readonly Line[] => [
  {
    pattern: /^Calls to KMS keys of this store reach the proxy$/,
    good: true,
    holds: isConnected,
  },
  {
    pattern: unusable,
    // of a store that AWS does not have, as far as we know, it is no bad news
    good: truth.store.external.stores.some(({ remote }) => remote !== null) ? false : true,
    holds: (now) => !isConnected(now),
  },
];

export const storeData: readonly Line[] = [
  {
    pattern: /^Data already encrypted is not touched$/,
    good: true,
    holds: (truth) =>
      truth.state.keys.every(({ metadata }) =>
        truth.store.external.keys.some(
          ({ key, versions }) =>
            (key.xksId === metadata.XksKeyConfiguration?.Id ||
              key.remote?.kmsKeyId === metadata.KeyId) &&
            versions.every(({ state }) => state === 'usable'),
        ),
      ),
  },
];

/** What the cancel question says of these jobs. */
export const storeLeftovers: readonly Sentence[] = [
  {
    pattern:
      /^Nothing is left here; AWS may have key store \S+; it is not connected and holds no key\.$/,
    holds: (truth) =>
      truth.state.keys.length === 0 &&
      truth.state.keyStores.every(({ state }) => state === 'DISCONNECTED'),
  },
  {
    pattern:
      /^Cancel now leaves external key (?<name>\S+) in the keystore, unused; no KMS key stands for it\.$/,
    holds: (truth, { name }) =>
      external(truth, name) !== undefined && truth.state.keys.length === 0,
  },
  {
    pattern:
      /^Cancel now leaves external key (?<name>\S+) in the keystore, unused; AWS may hold one KMS key with the mark of this job\.$/,
    holds: (truth, { name }) =>
      external(truth, name) !== undefined && truth.state.keys.length === marked(truth).length,
  },
];

/** Whether a cancel leaves nothing that the job made: no external key, no key store. */
export const nothingExternalMade = (truth: Truth): boolean =>
  truth.store.external.keys.every((each) => wasThere(truth, each)) &&
  (truth.job.kind !== 'xks-store.create' || truth.state.keyStores.length === 0);
