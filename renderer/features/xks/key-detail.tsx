import { useBlocked } from '../../state/blocked.ts';
import { useRead } from '../../state/reads.ts';
import { assuranceTexts } from '../../../shared/text/states.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Facts } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { DetailTabs } from './detail-tabs.tsx';
import { KeyKmsKeys } from './key-kms-keys.tsx';
import { KeyVersions } from './key-versions.tsx';
import { RulesPart } from './rules-part.tsx';
import { keyDeedBlocked } from './xks-blocked.ts';
import { isStopped, type XksDeeds } from './xks-menus.ts';
import styles from './xks.module.css';
import {
  keyHere,
  kmsKeyState,
  type Store,
  usageWords,
  type XksKey,
  type XksKeyDetail,
} from './xks-words.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** One external key in full, with the KMS key that stands for it. */
export function KeyDetail({
  view,
  store,
  deeds,
}: {
  readonly view: XksKey;
  readonly store: Store;
  readonly deeds: XksDeeds;
}) {
  const blocked = useBlocked();
  const read = useRead('xksKey.show', { key: view.id });
  const detail = read.data;
  return (
    <section className={styles['detail']} aria-label={`External key ${view.name}`}>
      <div className={styles['head']}>
        <h2>{view.name}</h2>
        <StateWord state={keyHere(view)} />
        <div className={styles['deeds']}>
          <KeyButtons {...{ view, store, deeds, blocked }} />
        </div>
      </div>
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {detail ? (
        <DetailTabs
          of="key"
          label={`Parts of ${isolate(view.name)}`}
          tabs={[
            { id: 'general', label: 'General configuration', content: <General of={detail} /> },
            {
              id: 'cryptographic',
              label: 'Cryptographic configuration',
              content: <Cryptographic of={detail} />,
            },
            {
              id: 'versions',
              label: 'Versions',
              content: <KeyVersions of={detail} deeds={deeds} />,
            },
            { id: 'kms', label: 'KMS keys', content: <KeyKmsKeys of={detail} deeds={deeds} /> },
            {
              id: 'rules',
              label: 'Owners and rules',
              content: <RulesPart store={store} xksKey={detail} deeds={deeds} />,
            },
          ]}
        />
      ) : null}
    </section>
  );
}

function KeyButtons({
  view,
  store,
  deeds,
  blocked,
}: {
  readonly view: XksKey;
  readonly store: Store;
  readonly deeds: XksDeeds;
  readonly blocked: string | null;
}) {
  const create = view.kmsKeyArn === null;
  return (
    <>
      {isStopped(view) ? (
        <DeedButton
          blocked={blocked ?? (store.blocked ? `All of ${isolate(store.name)} is blocked.` : null)}
          onClick={() => deeds.restore(view)}
        >
          Lift the block
        </DeedButton>
      ) : (
        <DeedButton color="error" blocked={blocked} onClick={() => deeds.block(view)}>
          Block at once…
        </DeedButton>
      )}
      {view.enabled ? (
        <DeedButton blocked={blocked} onClick={() => deeds.disable(view)}>
          Disable…
        </DeedButton>
      ) : (
        <DeedButton blocked={blocked} onClick={() => deeds.enable(view)}>
          Enable
        </DeedButton>
      )}
      {create ? (
        <DeedButton
          variant="contained"
          blocked={keyDeedBlocked('create', view, store, blocked)}
          onClick={() => deeds.kmsKey('create', view)}
        >
          Create KMS key…
        </DeedButton>
      ) : (
        <DeedButton variant="contained" blocked={blocked} onClick={() => deeds.rotate(view)}>
          Rotate…
        </DeedButton>
      )}
    </>
  );
}

function General({ of }: { readonly of: XksKeyDetail }) {
  return (
    <div className={styles['columns']}>
      <section aria-label="External key">
        <h3>External key</h3>
        <Facts
          facts={[
            ['State', <StateWord key="state" state={keyHere(of)} />],
            [
              'External key ID',
              <Ident key="id" value={of.xksKeyId} what="external key id" short={false} />,
            ],
            ['Store', of.storeName],
            ['Usage', usageWords(of)],
            ['Version', `${of.version} encrypts; earlier ones decrypt`],
            ['Kept', <Kept key="kept" of={of} />],
          ]}
        />
      </section>
      <section aria-label="KMS key">
        <h3>KMS key</h3>
        {of.kmsKeyArn === null ? (
          <p className="quiet">None yet: no KMS key stands for this external key.</p>
        ) : (
          <Facts
            facts={[
              ['State', <StateWord key="state" state={kmsKeyState(of)} />],
              [
                'ARN',
                <Ident key="arn" value={of.kmsKeyArn} what="ARN of the KMS key" short={false} />,
              ],
              ['Read', of.readAt === null ? 'not yet' : <Moment key="at" at={of.readAt} />],
            ]}
          />
        )}
      </section>
    </div>
  );
}

function Kept({ of }: { readonly of: XksKeyDetail }) {
  const by = assuranceTexts[of.assurance];
  if (of.onlyInHsm)
    return <span className="tone-attention">! {by}, in this HSM only: no copy exists</span>;
  return (
    <span>
      {by}
      {of.storage === 'software' ? (
        <span className="quiet">, served on this computer only unless signed off</span>
      ) : null}
    </span>
  );
}

/** As AWS shows it on the tab of the same name. */
function Cryptographic({ of }: { readonly of: XksKeyDetail }) {
  return (
    <section aria-label="Custom key store">
      <h3>Custom key store</h3>
      <Facts facts={of.cryptographicConfiguration.map(({ label, value }) => [label, value])} />
    </section>
  );
}
