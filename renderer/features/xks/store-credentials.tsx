import { useBlocked } from '../../state/blocked.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import type { StateText } from '../../../shared/text/states.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Moment } from '../../ui/moment.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import { storeDeedBlocked } from './xks-blocked.ts';
import type { XksDeeds } from './xks-menus.ts';
import styles from './xks.module.css';
import type { StoreDetail } from './xks-words.ts';

type Pair = StoreDetail['credentials'][number];

const stateOf = ({ inAws, retiredAt }: Pair): StateText => {
  if (retiredAt !== null) return { glyph: '–', word: 'Retired', tone: 'quiet' };
  return inAws
    ? { glyph: '●', word: 'Accepted, AWS signs with it', tone: 'good' }
    : { glyph: '○', word: 'Accepted', tone: 'quiet' };
};

/** What AWS signs its requests with. Secrets are never shown: they go to AWS, or into a file. */
export function StoreCredentials({
  store,
  deeds,
}: {
  readonly store: StoreDetail;
  readonly deeds: XksDeeds;
}) {
  const blocked = useBlocked();
  const add = useDeed('xksStore.addCredential');
  const valid = store.credentials.filter(({ retiredAt }) => retiredAt === null).length;
  const two = valid > 1 ? 'Two are accepted already: retire one first.' : null;
  const makeSecond = async (): Promise<void> => {
    const made = await add.run({ store: store.id });
    if (made) say(`Made the credential ${made.accessKeyId}. Both are accepted now.`);
  };
  return (
    <div className={styles['parts']}>
      <div className={styles['scroll']}>
        <table className={styles['rows']} aria-label={`Proxy credentials of ${store.name}`}>
          <thead>
            <tr>
              <th scope="col">Access key ID</th>
              <th scope="col">State</th>
              <th scope="col">Made</th>
              <th scope="col">Retired</th>
              <th scope="col">
                <span className="unseen">Deeds</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {store.credentials.map((pair) => (
              <PairLine
                key={pair.accessKeyId}
                pair={pair}
                store={store.id}
                blocked={blocked ?? (valid < 2 ? 'It is the only one that is accepted.' : null)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {add.failure ? <FailureNotice failure={add.failure} /> : null}
      <p className="quiet">
        Two pairs may be accepted at once, so that AWS is given a new one without an outage.
      </p>
      <div className={styles['line']}>
        <DeedButton
          blocked={storeDeedBlocked('rotate-credential', store, blocked)}
          onClick={() => deeds.inAws('rotate-credential', store)}
        >
          Rotate proxy credential…
        </DeedButton>
        <DeedButton blocked={blocked ?? two} disabled={add.busy} onClick={() => void makeSecond()}>
          Make a second pair
        </DeedButton>
        <DeedButton blocked={blocked} onClick={() => deeds.writeCredential(store)}>
          Write the newest pair to a file…
        </DeedButton>
      </div>
    </div>
  );
}

function PairLine({
  pair,
  store,
  blocked,
}: {
  readonly pair: Pair;
  readonly store: string;
  readonly blocked: string | null;
}) {
  const show = useDialogs((state) => state.show);
  const { accessKeyId, madeAt, retiredAt } = pair;
  return (
    <tr>
      <td>
        <code>{accessKeyId}</code>
      </td>
      <td>
        <StateWord state={stateOf(pair)} />
      </td>
      <td>
        <Moment at={madeAt} />
      </td>
      <td>{retiredAt === null ? '-' : <Moment at={retiredAt} />}</td>
      <td className={styles['end']}>
        {retiredAt === null ? (
          <DeedButton
            aria-label={`Retire ${accessKeyId}…`}
            blocked={blocked}
            onClick={() =>
              show({ kind: 'xks-remove', what: { target: 'credential', id: accessKeyId, store } })
            }
          >
            Retire…
          </DeedButton>
        ) : null}
      </td>
    </tr>
  );
}
