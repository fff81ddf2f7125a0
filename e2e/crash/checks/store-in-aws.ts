import type { ExternalKey, ExternalFacts } from '../look.ts';
import type { Outcome } from '../trial.ts';
import type { ExpectedStore } from '../variants.ts';

/** Calls that change something in AWS about an external key store or the KMS keys in it. */
const changing: ReadonlySet<string> = new Set([
  'CreateCustomKeyStore',
  'ConnectCustomKeyStore',
  'DisconnectCustomKeyStore',
  'UpdateCustomKeyStore',
  'DeleteCustomKeyStore',
  'CreateKey',
  'CreateAlias',
  'UpdateAlias',
  'DeleteAlias',
  'EnableKey',
  'DisableKey',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
]);

/** Everything that is wrong with an external key store after a deed on it. */
export function externalStoreHolds(outcome: Outcome, expected: ExpectedStore): string[] {
  return [
    ...storeMatches(outcome, expected),
    ...kmsKeyMatches(outcome, expected),
    ...copiesStay(outcome),
    ...serves(outcome),
    ...calledOnce(outcome, expected),
  ];
}

/** I10: AWS was told what the deed is for, and nothing of it a second time. */
function calledOnce({ journal, armedAt }: Outcome, { calls }: ExpectedStore): string[] {
  const told = journal
    .filter(({ time, error }) => Date.parse(time) >= armedAt && error === null)
    .map(({ operation }) => operation);
  return [...changing].flatMap((call) => {
    const times = told.filter((each) => each === call).length;
    const wanted = calls[call] ?? 0;
    return times === wanted ? [] : [`I10: ${call} took effect ${times} times, expected ${wanted}`];
  });
}

/** I3: the store in AWS is the one expected, and the console says the same of it. */
function storeMatches({ store, state, report }: Outcome, expected: ExpectedStore): string[] {
  const problems: string[] = [];
  const [ours] = store.external.stores;
  const [told] = report.stores;
  if (!ours || !told) return ['I3: the keystore has lost its external key store'];
  const there = state.keyStores.map((each) => each.state);
  if (there.join() !== (expected.store ?? '')) {
    problems.push(`I3: key stores in AWS: ${there.join() || 'none'}, expected ${expected.store}`);
  }
  const [real] = state.keyStores;
  if ((told.inAws?.state ?? null) !== (real?.state ?? null)) {
    problems.push(`I3: the store is told to be ${told.inAws?.state}, and is ${real?.state}`);
  }
  if (!real) return problems;
  if (told.inAws?.kmsStoreId !== real.storeId) {
    problems.push(`I3: the store is told to be ${told.inAws?.kmsStoreId}, and is ${real.storeId}`);
  }
  if (real.name !== ours.name) problems.push(`I3: AWS names it ${real.name}, we ${ours.name}`);
  const accepted = store.external.accepted.map(({ accessKeyId }) => accessKeyId);
  if (accepted.join() !== real.accessKeyId) {
    problems.push(`I3: AWS signs with ${real.accessKeyId}, accepted: ${accepted.join() || 'none'}`);
  }
  if (told.inAws?.accessKeyId !== real.accessKeyId) {
    problems.push(`I3: AWS is told to sign with ${told.inAws?.accessKeyId ?? 'none'}`);
  }
  return problems;
}

/** I3: one external key for the one KMS key, whole on our side, and what was told of it is so. */
function kmsKeyMatches(outcome: Outcome, expected: ExpectedStore): string[] {
  const { store, state } = outcome;
  const { keys } = store.external;
  const wanted = expected.key === null ? 0 : 1;
  const kept = expected.released ? 1 : wanted;
  if (keys.length !== kept || state.keys.length !== wanted) {
    const counts = `${keys.length} external keys and ${state.keys.length} KMS keys`;
    return [`I3: ${counts}, expected ${kept} and ${wanted}`];
  }
  const held = state.aliases.map(({ name, target }) => `${name} -> ${target ?? 'nothing'}`);
  const [ours] = keys;
  const [real] = state.keys;
  if (ours && expected.released) return [...letGo(ours), ...isWhole(ours)];
  if (!ours || !real) return held.length === 0 ? [] : [`I3: the aliases are ${held.join(', ')}`];
  const { KeyId, KeyState, Arn, XksKeyConfiguration } = real.metadata;
  const facts: [string, unknown, unknown][] = [
    ['the aliases are', held.join(), `${expected.alias} -> ${KeyId}`],
    ['the KMS key is', KeyState, expected.key],
    ['it stands for', XksKeyConfiguration?.Id, ours.key.xksId],
    ['we name it', ours.key.remote?.kmsKeyId, KeyId],
    ['we say it is', ours.key.remote?.state, told(expected)],
    ['bound to', ours.bindings.map(({ arn }) => arn).join(), Arn],
    ['through the proxy', outcome.carried.join(), expected.key === 'Enabled' ? KeyId : ''],
  ];
  return [
    ...facts
      .filter(([, found, wish]) => found !== wish)
      .map(([what, found, wish]) => `I3: ${what} ${String(found)}, expected ${String(wish)}`),
    ...isWhole(ours),
  ];
}

/** A store that is disconnected makes its keys Unavailable without a word: we say what was read. */
const told = ({ key }: ExpectedStore): string | null => (key === 'Unavailable' ? 'Enabled' : key);

/** It belongs to no KMS key, and what it was let go of is known for good. */
function letGo({ key, bindings, released }: ExternalKey): string[] {
  return [
    ...(key.remote === null ? [] : [`I3: it still stands for ${key.remote.arn}`]),
    ...bindings.map(({ arn }) => `I3: it is still bound to ${arn}`),
    ...(released.length === 1 ? [] : [`I3: it was let go of ${released.join() || 'nothing'}`]),
  ];
}

function isWhole({ versions }: ExternalKey): string[] {
  const [version] = versions;
  if (versions.length !== 1 || !version) return [`I3: ${versions.length} versions, expected 1`];
  return [
    ...(version.state === 'usable' ? [] : [`I3: the external key is ${version.state}`]),
    ...(version.backedUpAt === null ? ['I3: the external key is in no backup'] : []),
  ];
}

/** I4: no copy of an external key ever changes or goes. */
function copiesStay({ deaths, store, materials }: Outcome): string[] {
  const versions = ({ keys }: ExternalFacts) => keys.flatMap((each) => each.versions);
  const problems = deaths.flatMap(({ external, blobs }) =>
    versions(external).flatMap(({ id, kcv }) => {
      const [before, after] = [blobs.get(id), store.blobs.get(id)];
      const same =
        before !== undefined &&
        after !== undefined &&
        Buffer.from(after.wrapped).equals(before.wrapped);
      return same ? [] : [`I4: the copy with KCV ${kcv?.value} is not the one of the death`];
    }),
  );
  const unread = versions(store.external).filter(({ id }) => !materials.has(id));
  return [...problems, ...unread.map(({ id }) => `I4: the copy ${id} was not read`)];
}

/** I3: what is published is what the keystore says, and the proxy serves it. */
function serves({ report }: Outcome): string[] {
  const { published, revision, nodes } = report.serving;
  return [
    ...(published === revision ? [] : [`I3: set ${published} is published, ours is ${revision}`]),
    ...(nodes.length === 1 && nodes.every(({ newest }) => newest)
      ? []
      : [`I3: the proxies serve ${JSON.stringify(nodes)}`]),
  ];
}
