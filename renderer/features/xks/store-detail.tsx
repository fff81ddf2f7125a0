import { useBlocked } from '../../state/blocked.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { DetailTabs } from './detail-tabs.tsx';
import { StoreCredentials } from './store-credentials.tsx';
import { StoreGeneral } from './store-general.tsx';
import { StoreKeys } from './store-keys.tsx';
import { StoreProxies } from './store-proxies.tsx';
import { RulesPart } from './rules-part.tsx';
import { newKeyBlocked, storeDeedBlocked } from './xks-blocked.ts';
import type { XksDeeds } from './xks-menus.ts';
import styles from './xks.module.css';
import { type Store, storeState } from './xks-words.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** One external key store in full. */
export function StoreDetail({ store, deeds }: { readonly store: Store; readonly deeds: XksDeeds }) {
  const blocked = useBlocked();
  const read = useRead('xksStore.show', { store: store.id });
  const detail = read.data;
  return (
    <section className={styles['detail']} aria-label={`External key store ${store.name}`}>
      <div className={styles['head']}>
        <h2>{store.name}</h2>
        <StateWord state={storeState(store)} />
        <div className={styles['deeds']}>
          <StoreButtons store={store} deeds={deeds} blocked={blocked} />
        </div>
      </div>
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {detail ? (
        <DetailTabs
          of="store"
          label={`Parts of ${isolate(store.name)}`}
          tabs={[
            {
              id: 'general',
              label: 'General configuration',
              content: <StoreGeneral store={detail} deeds={deeds} />,
            },
            { id: 'keys', label: 'Keys', content: <StoreKeys store={detail} deeds={deeds} /> },
            {
              id: 'credentials',
              label: 'Credentials',
              content: <StoreCredentials store={detail} deeds={deeds} />,
            },
            {
              id: 'rules',
              label: 'Owners and rules',
              content: <RulesPart store={detail} xksKey={null} deeds={deeds} />,
            },
            { id: 'proxy', label: 'Proxy', content: <StoreProxies /> },
          ]}
        />
      ) : null}
    </section>
  );
}

/** The next thing first, and the kill switch always in sight. */
function StoreButtons({
  store,
  deeds,
  blocked,
}: {
  readonly store: Store;
  readonly deeds: XksDeeds;
  readonly blocked: string | null;
}) {
  const connected = store.inAws?.state === 'CONNECTED';
  return (
    <>
      {store.blocked ? (
        <DeedButton blocked={blocked} onClick={() => deeds.restore(store)}>
          Lift the block
        </DeedButton>
      ) : (
        <DeedButton color="error" blocked={blocked} onClick={() => deeds.block(store)}>
          Block at once…
        </DeedButton>
      )}
      {store.inAws === null ? (
        <DeedButton
          variant="contained"
          blocked={storeDeedBlocked('create', store, blocked)}
          onClick={() => deeds.inAws('create', store)}
        >
          Create in AWS…
        </DeedButton>
      ) : connected ? (
        <DeedButton
          variant="contained"
          blocked={newKeyBlocked(store, blocked)}
          onClick={() => deeds.addKey(store)}
        >
          Create KMS key…
        </DeedButton>
      ) : (
        <DeedButton
          variant="contained"
          blocked={storeDeedBlocked('connect', store, blocked)}
          onClick={() => deeds.inAws('connect', store)}
        >
          Connect…
        </DeedButton>
      )}
    </>
  );
}
