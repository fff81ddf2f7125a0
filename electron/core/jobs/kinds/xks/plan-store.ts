import type { StoreDeed } from '../../../../../shared/model/xks.ts';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { ServingView } from '../../../../../shared/contract/xks-shapes.ts';
import type { CustomKeyStore } from '../../../cloud/answers.ts';
import type { KeyStoreChange } from '../../../cloud/cloud.ts';
import type { ExternalStore } from '../../../keystore/xks/rows.ts';
import { Checks, type Draft, exceptionLines, quote, read, shellWord, write } from '../plan.ts';
import type { DeedServices } from '../services.ts';
import { differences, stateObstacle } from './obstacles.ts';
import { hiddenKeysOf, kmsStoreIdOf, openStore, placeOf, uriPathOf } from './opening.ts';
import { knownBy } from './store-create.ts';
import { storeWords } from './store-words.ts';

/** Says what a deed on an external key store would do in AWS now. */
export async function planStore(
  services: DeedServices,
  store: ExternalStore,
  deed: StoreDeed,
): Promise<Draft> {
  const checks = new Checks();
  const looked = await look(services, store, deed, checks);
  const serving = await services.xks.status();
  const words = storeWords(deed, {
    realm: services.store.realm,
    store,
    seen: looked.seen,
    changes: looked.seen === null || deed === 'create' ? {} : differencesOrNone(store, looked.seen),
    kmsKeys: services.xks.model.keys.list(store.id).filter(({ remote }) => remote !== null).length,
    valid: services.xks.model.credentials.valid(store.id).length,
  });
  if (deed !== 'disconnect' && deed !== 'delete') checkProxies(serving, checks);
  if (deed === 'update' && looked.seen !== null && words.changes.length === 0) {
    const reason = 'AWS has nothing otherwise than it is said here';
    checks.fail(new OperationError('NOTHING_TO_DO', { reason }), 'Nothing differs');
  }
  const practice = services.store.realm === 'practice' ? ' (practice)' : '';
  return {
    deed: 'xks-store',
    title: `${words.verb} ${quote(store.name)}?`,
    subject: subjectLine(store, looked.account),
    sentence: words.sentence,
    changes: [...words.changes],
    stays: ['External keys and their versions', 'Data already encrypted', ...words.stays],
    lookFirst: [...looked.exceptions, ...noProxy(deed, serving), ...words.lookFirst],
    checks: checks.lines,
    steps: [...words.steps],
    calls: [
      ...words.calls.map(([call, changes]) => (changes ? write(call) : read(call))),
      ...(deed === 'connect' ? hiddenKeysOf(services, store.id) : []).map(() =>
        read('DescribeKey'),
      ),
    ],
    goBack: words.goBack,
    command: `keyreeve xks store ${deed} ${shellWord(store.name)}`,
    button: `${words.verb} ${store.name}${practice}`,
    confirmName: words.typed ? store.name : null,
    blocked: checks.blocked?.toFailure() ?? null,
  };
}

interface Looked {
  readonly account: string | null;
  readonly seen: CustomKeyStore | null;
  readonly exceptions: readonly string[];
}

async function look(
  services: DeedServices,
  store: ExternalStore,
  deed: StoreDeed,
  checks: Checks,
): Promise<Looked> {
  const opened = await checks.look('Credential and account fit the store', () =>
    openStore(services, store.id, {}, 'glance'),
  );
  const account = opened?.account ?? store.remote?.account ?? null;
  const exceptions = exceptionLines(opened?.connection ?? null);
  if (!opened) return { account, seen: null, exceptions };
  if (deed === 'create') {
    const seen = await lookForIt(store, opened.connection, checks);
    return { account, seen, exceptions };
  }
  const seen = await checks.look('The store was read from AWS', async () =>
    opened.connection.describeKeyStore(kmsStoreIdOf(store)),
  );
  const obstacle = seen === null ? null : stateObstacle(deed, store, seen);
  if (obstacle) checks.fail(obstacle, `The store is ${seen?.state ?? 'unknown'}`);
  return { account, seen, exceptions };
}

/** The store itself, where AWS has it and nothing here knows of it; null: it is to be made. */
async function lookForIt(
  store: ExternalStore,
  connection: Awaited<ReturnType<typeof openStore>>['connection'],
  checks: Checks,
): Promise<CustomKeyStore | null> {
  if (store.remote) {
    const reason = 'AWS has this store already';
    checks.fail(
      new OperationError('NOTHING_TO_DO', { reason }),
      `It is ${store.remote.kmsStoreId}`,
    );
    return null;
  }
  await checks.look('Endpoint and connectivity are set', async () => placeOf(store));
  const found = await checks.look('Names of stores were read', () =>
    connection.findKeyStore(knownBy(store)),
  );
  const seen = found?.store ?? null;
  if (seen === null) return null;
  if (seen.path === uriPathOf(store)) {
    checks.ok(`${seen.kmsStoreId} in AWS has its path`);
    return seen;
  }
  const details = { what: 'custom key store in AWS', name: store.name };
  checks.fail(new OperationError('NAME_TAKEN', details), `AWS has a store named ${store.name}`);
  return null;
}

function checkProxies({ nodes, revision }: ServingView, checks: Checks): void {
  for (const { node, newest, problem } of nodes.filter((each) => each.revision !== null)) {
    if (newest && problem === null) checks.ok(`Proxy ${node} serves set ${revision}`);
    else checks.ok(`Proxy ${node} answers${problem === null ? '' : `: ${problem}`}`);
  }
}

/** AWS asks the proxy before it answers: without one the call is refused. */
const noProxy = (deed: StoreDeed, { nodes }: ServingView): string[] =>
  deed === 'disconnect' || deed === 'delete' || nodes.some(({ revision }) => revision !== null)
    ? []
    : ['No proxy answers on this computer: AWS must reach one elsewhere'];

function differencesOrNone(store: ExternalStore, seen: CustomKeyStore): KeyStoreChange {
  return store.endpoint === null ? {} : differences(store, seen);
}

const subjectLine = (store: ExternalStore, account: string | null): string =>
  [
    account ?? 'account not known yet',
    store.region ?? 'no Region',
    `${store.endpoint ?? 'no endpoint'}${uriPathOf(store)}`,
    store.remote?.kmsStoreId ?? 'not in AWS',
  ].join(' · ');
