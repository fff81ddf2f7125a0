import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { Moment } from '../../ui/moment.tsx';
import type { XksDeeds } from './xks-menus.ts';
import styles from './xks.module.css';
import type { XksKeyDetail } from './xks-words.ts';

const versionWords: Readonly<Record<XksKeyDetail['versions'][number]['state'], string>> = {
  made: 'made, not on the device yet',
  usable: 'usable',
  destroyed: 'destroyed',
};

/** Every version of an external key: one encrypts, all of them decrypt. */
export function KeyVersions({
  of,
  deeds,
}: {
  readonly of: XksKeyDetail;
  readonly deeds: XksDeeds;
}) {
  const blocked = useBlocked();
  const show = useDialogs((state) => state.show);
  const versions = of.versions.toSorted((a, b) => b.number - a.number);
  return (
    <div className={styles['parts']}>
      <div className={styles['scroll']}>
        <table className={styles['rows']} aria-label={`Versions of ${of.name}`}>
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">State</th>
              <th scope="col">KCV</th>
              <th scope="col">Made</th>
              <th scope="col">Backed up</th>
              <th scope="col">
                <span className="unseen">Deeds</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map(({ number, state, kcv, madeAt, backedUpAt }) => (
              <tr key={number}>
                <td>{number}</td>
                <td>{number === of.version ? 'encrypts and decrypts' : versionWords[state]}</td>
                <td>{kcv === null ? '-' : <code>{kcv.value}</code>}</td>
                <td>
                  <Moment at={madeAt} />
                </td>
                <td>{backedUpAt === null ? 'no copy' : <Moment at={backedUpAt} />}</td>
                <td className={styles['end']}>
                  {state === 'usable' && number !== of.version ? (
                    <DeedButton
                      aria-label={`Destroy version ${number}…`}
                      blocked={
                        blocked ??
                        (of.kmsKeyArn === null ? null : 'A KMS key depends on every version.')
                      }
                      onClick={() =>
                        show({ kind: 'xks-remove', what: { target: 'version', id: of.id, number } })
                      }
                    >
                      Destroy…
                    </DeedButton>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles['line']}>
        <DeedButton blocked={blocked} onClick={() => deeds.rotate(of)}>
          Rotate…
        </DeedButton>
      </div>
    </div>
  );
}
