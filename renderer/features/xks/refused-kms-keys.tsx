import { sayCount } from '../../../shared/text/counted.ts';
import type { ServingView } from '../../../shared/contract/xks-shapes.ts';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import styles from './xks.module.css';

type Refused = ServingView['refusedKmsKeys'];

/** KMS keys that asked for an external key of another one and were refused; nothing where there are none. */
export function RefusedKmsKeys({ refused }: { readonly refused: Refused }) {
  if (refused.length === 0) return null;
  return (
    <section aria-label="Refused KMS keys">
      <h3>Refused KMS keys</h3>
      <div className={styles['scroll']}>
        <table className={styles['rows']} aria-label="Refused KMS keys">
          <thead>
            <tr>
              <th scope="col">External key</th>
              <th scope="col">KMS key</th>
              <th scope="col">Proxy</th>
              <th scope="col">Times</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {refused.map(({ node, keyId, storeName, keyName, kmsKeyArn, times, lastAt }) => (
              <tr key={`${node} ${keyId} ${kmsKeyArn}`}>
                <td>{`${storeName}/${keyName}`}</td>
                <td>
                  <Ident value={kmsKeyArn} what="ARN" short={false} />
                </td>
                <td>{node}</td>
                <td>{sayCount(times)}</td>
                <td>
                  <Moment at={lastAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet">
        The external key belongs to another KMS key. Where both are meant to use it, allow this one
        under KMS keys of the external key. Counted since each proxy started; its audit has all.
      </p>
    </section>
  );
}
