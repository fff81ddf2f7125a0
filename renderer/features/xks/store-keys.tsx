import Button from '@mui/material/Button';
import { assuranceTexts } from '../../../shared/text/states.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { newKeyBlocked } from './xks-blocked.ts';
import type { XksDeeds } from './xks-menus.ts';
import { useXksPlace } from './xks-place.ts';
import styles from './xks.module.css';
import { keyHere, kmsKeyState, type StoreDetail, type XksKey } from './xks-words.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** The external keys of a store, each with the KMS key that stands for it. */
export function StoreKeys({
  store,
  deeds,
}: {
  readonly store: StoreDetail;
  readonly deeds: XksDeeds;
}) {
  const read = useRead('xksKey.list', { store: store.id });
  const blocked = useBlocked();
  const keys = read.data?.keys ?? [];
  return (
    <div className={styles['parts']}>
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {keys.length === 0 ? (
        <p>{whenEmpty(read, 'Reading keys.', 'No external key yet.')}</p>
      ) : (
        <div className={styles['scroll']}>
          <table className={styles['rows']} aria-label={`Keys of ${store.name}`}>
            <thead>
              <tr>
                <th scope="col">External key</th>
                <th scope="col">Here</th>
                <th scope="col">KMS key</th>
                <th scope="col">KMS key ID</th>
                <th scope="col">Version</th>
                <th scope="col">Kept</th>
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <KeyLine key={key.id} xksKey={key} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className={styles['line']}>
        <DeedButton blocked={newKeyBlocked(store, blocked)} onClick={() => deeds.addKey(store)}>
          Create KMS key…
        </DeedButton>
      </div>
    </div>
  );
}

function KeyLine({ xksKey }: { readonly xksKey: XksKey }) {
  const land = useXksPlace((state) => state.land);
  const { kmsKeyArn } = xksKey;
  return (
    <tr>
      <td>
        <Button
          variant="text"
          sx={{ minWidth: 24, p: 0, textAlign: 'left' }}
          aria-label={`Show ${isolate(xksKey.name)}`}
          onClick={() => land(xksKey.id)}
        >
          {xksKey.name}
        </Button>
      </td>
      <td>
        <StateWord state={keyHere(xksKey)} />
      </td>
      <td>
        <StateWord state={kmsKeyState(xksKey)} />
      </td>
      <td>
        {kmsKeyArn === null ? (
          '-'
        ) : (
          <Ident
            value={kmsKeyArn.replace(/^.*\//, '')}
            what={`KMS key id of ${isolate(xksKey.name)}`}
          />
        )}
      </td>
      <td>{xksKey.version}</td>
      <td>
        {xksKey.onlyInHsm ? (
          <span className="tone-attention">! In this HSM only</span>
        ) : (
          assuranceTexts[xksKey.assurance]
        )}
      </td>
    </tr>
  );
}
