import { useBlocked } from '../../state/blocked.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Facts } from '../../ui/screen.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { conditionWords } from './rule-words.ts';
import type { XksDeeds } from './xks-menus.ts';
import styles from './xks.module.css';
import type { Rule, Store, StoreDetail, XksKeyDetail } from './xks-words.ts';
import { isolate } from '../../../shared/text/isolate.ts';

/** Who may use a store or one of its keys: owner accounts first, then the rules. */
export function RulesPart({
  store,
  xksKey,
  deeds,
}: {
  readonly store: Store | StoreDetail;
  /** Null: of the whole store. */
  readonly xksKey: XksKeyDetail | null;
  readonly deeds: XksDeeds;
}) {
  const blocked = useBlocked();
  const setMode = useDeed('xksRule.setMode');
  const remove = useDeed('xksRule.remove');
  const all = useRead('xksRule.list', { store: store.id });
  const rules = (all.data?.rules ?? []).filter(
    ({ keyId }) => xksKey === null || keyId === xksKey.id,
  );
  const mode = xksKey?.rulesMode ?? store.rulesMode;
  const name = xksKey?.name ?? store.name;
  const turn = async (): Promise<void> => {
    const next = mode === 'enforce' ? 'dry-run' : 'enforce';
    const target = xksKey === null ? { store: store.id } : { key: xksKey.id };
    if (!(await setMode.run({ ...target, mode: next }))) return;
    say(
      next === 'enforce'
        ? `Rules of ${isolate(name)} refuse now.`
        : `Rules of ${isolate(name)} are tried out only.`,
    );
  };
  const takeAway = async (rule: Rule): Promise<void> => {
    if (await remove.run({ rule: rule.id })) say(`Removed the rule ${isolate(rule.name)}.`);
  };
  const failure = all.failure ?? setMode.failure ?? remove.failure;
  return (
    <div className={styles['parts']}>
      <Facts
        facts={[
          ['Owner accounts', <Owners key="owners" accounts={store.accounts} />],
          ['Rules', mode === 'enforce' ? 'refuse' : <DryRun key="dry" />],
        ]}
      />
      {rules.length === 0 ? (
        <p>
          {whenEmpty(
            all,
            'Reading the rules.',
            'No rules: the owners may use it with every operation.',
          )}
        </p>
      ) : (
        <RuleTable rules={rules} blocked={blocked} onRemove={(rule) => void takeAway(rule)} />
      )}
      {failure ? <FailureNotice failure={failure} /> : null}
      <div className={styles['line']}>
        <DeedButton blocked={blocked} onClick={() => deeds.addRule(store, xksKey)}>
          Add rule…
        </DeedButton>
        <DeedButton onClick={() => deeds.tryRules(store, xksKey)}>Try a request…</DeedButton>
        <DeedButton blocked={blocked} disabled={setMode.busy} onClick={() => void turn()}>
          {mode === 'enforce' ? 'Try rules out only' : 'Let rules refuse'}
        </DeedButton>
      </div>
    </div>
  );
}

const DryRun = () => (
  <span>
    <span className="tone-attention">! tried out only:</span> nothing is refused, and the audit of
    the proxy says what would have been
  </span>
);

function Owners({ accounts }: { readonly accounts: Store['accounts'] }) {
  if (accounts === null) return <span className="tone-attention">! every account (practice)</span>;
  return (
    <span>
      <code>{accounts.join(', ')}</code>
      <span className="quiet"> every other account is refused</span>
    </span>
  );
}

function RuleTable({
  rules,
  blocked,
  onRemove,
}: {
  readonly rules: readonly Rule[];
  readonly blocked: string | null;
  readonly onRemove: (rule: Rule) => void;
}) {
  return (
    <div className={styles['scroll']}>
      <table className={styles['rows']} aria-label="Rules">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Does</th>
            <th scope="col">For</th>
            <th scope="col">When</th>
            <th scope="col">
              <span className="unseen">Deeds</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.id}>
              <td>{rule.name}</td>
              <td className={styles['word']}>
                {rule.effect === 'deny' ? (
                  <span className="tone-attention">✕ refuses</span>
                ) : (
                  <span className="tone-good">✓ allows</span>
                )}
              </td>
              <td className={styles['word']}>{rule.keyId === null ? 'whole store' : 'one key'}</td>
              <td>{conditionWords(rule.when).join('; ')}</td>
              <td className={styles['end']}>
                <DeedButton
                  aria-label={`Remove rule ${isolate(rule.name)}`}
                  blocked={blocked}
                  onClick={() => onRemove(rule)}
                >
                  Remove
                </DeedButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
