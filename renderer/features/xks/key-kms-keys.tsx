import { useBlocked } from '../../state/blocked.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import { RefusedKmsKeys } from './refused-kms-keys.tsx';
import { useServing } from './use-serving.ts';
import type { XksDeeds } from './xks-menus.ts';
import styles from './xks.module.css';
import type { XksKeyDetail } from './xks-words.ts';

const bindingWords: Readonly<Record<XksKeyDetail['bindings'][number]['how'], string>> = {
  made: 'made here for it',
  first: 'the first that asked',
  allowed: 'allowed by a person',
};

/** The KMS keys that may use an external key, and why each of them may; and those that were refused. */
export function KeyKmsKeys({ of, deeds }: { readonly of: XksKeyDetail; readonly deeds: XksDeeds }) {
  const blocked = useBlocked();
  const refused = useServing().data?.refusedKmsKeys ?? [];
  return (
    <div className={styles['parts']}>
      {of.bindings.length === 0 ? (
        <p>
          {of.binding === 'any'
            ? 'Any KMS key may use it (practice).'
            : 'None yet. The first KMS key that uses it is the only one.'}
        </p>
      ) : (
        <div className={styles['scroll']}>
          <table className={styles['rows']} aria-label={`KMS keys that may use ${of.name}`}>
            <thead>
              <tr>
                <th scope="col">KMS key</th>
                <th scope="col">Why</th>
                <th scope="col">Since</th>
              </tr>
            </thead>
            <tbody>
              {of.bindings.map(({ arn, how, at }) => (
                <tr key={arn}>
                  <td>
                    <Ident value={arn} what="ARN" short={false} />
                  </td>
                  <td>{bindingWords[how]}</td>
                  <td>
                    <Moment at={at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <RefusedKmsKeys refused={refused.filter(({ keyId }) => keyId === of.id)} />
      <div className={styles['line']}>
        <DeedButton blocked={blocked} onClick={() => deeds.allow(of)}>
          Allow another KMS key…
        </DeedButton>
      </div>
    </div>
  );
}
