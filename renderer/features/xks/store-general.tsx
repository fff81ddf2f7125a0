import { useBlocked } from '../../state/blocked.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Facts } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { storeDeedBlocked } from './xks-blocked.ts';
import type { XksDeeds } from './xks-menus.ts';
import styles from './xks.module.css';
import { connectivityWords, type StoreDetail, storeState } from './xks-words.ts';

type FactList = Parameters<typeof Facts>[0]['facts'];

/** What the store is called, where its proxy is, and what AWS says of it. */
export function StoreGeneral({
  store,
  deeds,
}: {
  readonly store: StoreDetail;
  readonly deeds: XksDeeds;
}) {
  const blocked = useBlocked();
  return (
    <div className={styles['parts']}>
      <div className={styles['columns']}>
        <section aria-label="Custom key store">
          <h3>Custom key store</h3>
          <Facts facts={awsFacts(store)} />
        </section>
        <section aria-label="Proxy configuration">
          <h3>Proxy configuration</h3>
          <Facts facts={proxyFacts(store)} />
        </section>
      </div>
      {store.inAws?.error ? <ConnectionProblem error={store.inAws.error} /> : null}
      <div className={styles['line']}>
        <DeedButton blocked={blocked} onClick={() => deeds.edit(store)}>
          Edit…
        </DeedButton>
        <DeedButton
          blocked={blocked ?? (store.inAws === null ? 'AWS does not have this store.' : null)}
          onClick={() => deeds.check(store)}
        >
          Check against AWS
        </DeedButton>
        <DeedButton
          blocked={storeDeedBlocked('update', store, blocked)}
          onClick={() => deeds.inAws('update', store)}
        >
          Update in AWS…
        </DeedButton>
        <DeedButton
          blocked={storeDeedBlocked('disconnect', store, blocked)}
          onClick={() => deeds.inAws('disconnect', store)}
        >
          Disconnect…
        </DeedButton>
        <DeedButton
          blocked={storeDeedBlocked('delete', store, blocked)}
          onClick={() => deeds.inAws('delete', store)}
        >
          Delete in AWS…
        </DeedButton>
      </div>
    </div>
  );
}

function ConnectionProblem({
  error,
}: {
  readonly error: { readonly code: string; readonly cause: string; readonly mend: string };
}) {
  return (
    <div className={styles['careful']}>
      <p>
        <span className="tone-attention">! Not connected: {error.cause}.</span>{' '}
        <code>{error.code}</code>
      </p>
      <p>
        <strong>Next: </strong>
        {error.mend}.
      </p>
    </div>
  );
}

function awsFacts(store: StoreDetail): FactList {
  const { inAws } = store;
  const state = (
    <span key="state">
      <StateWord state={storeState(store)} />
      {inAws === null ? null : <span className="quiet"> {inAws.meaning}.</span>}
    </span>
  );
  const place: FactList = [
    ['Region', store.region ?? 'not said yet'],
    ['Credential', store.credential ?? 'none chosen yet'],
  ];
  if (inAws === null)
    return [['Connection state', state], ['Custom key store type', 'External key store'], ...place];
  return [
    ['Connection state', state],
    ['Custom key store name', store.name],
    [
      'Custom key store ID',
      <Ident key="id" value={inAws.kmsStoreId} what="custom key store id" short={false} />,
    ],
    ['Custom key store type', 'External key store'],
    ['Account', <code key="account">{inAws.account}</code>],
    ...place,
    ['Read', <Moment key="read" at={inAws.readAt} />],
  ];
}

function proxyFacts(store: StoreDetail): FactList {
  return [
    [
      'URI endpoint',
      store.endpoint === null ? (
        'not said yet'
      ) : (
        <Ident key="e" value={store.endpoint} what="URI endpoint" short={false} />
      ),
    ],
    ['URI path', <Ident key="p" value={store.uriPath} what="URI path" short={false} />],
    ['Connectivity', connectivityWords[store.connectivity]],
    ...(store.vpcService === null
      ? []
      : ([['VPC endpoint service', <code key="v">{store.vpcService}</code>]] as const)),
    ...(store.vpcOwner === null
      ? []
      : ([['Its owner', <code key="o">{store.vpcOwner}</code>]] as const)),
    [
      'Signed for Regions',
      store.regions === null ? 'any' : <code key="r">{store.regions.join(', ')}</code>,
    ],
    ['Requests a second', store.quota === null ? 'no quota of its own' : String(store.quota)],
  ];
}
