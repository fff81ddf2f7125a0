import type { ApprovalRule, ApproverView } from '../../../shared/contract/approval.ts';
import { isolate } from '../../../shared/text/isolate.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/screen.tsx';
import styles from './approvals.module.css';

/** Who may approve, each by a passphrase of their own. */
export function ApproversSection({
  approvers,
  rule,
  blocked,
}: {
  readonly approvers: readonly ApproverView[];
  readonly rule: ApprovalRule;
  readonly blocked: string | null;
}) {
  const show = useDialogs((state) => state.show);
  const last =
    rule !== 'off' && approvers.length === 1
      ? 'The last one stays while a second person is needed: add another first.'
      : null;
  return (
    <Section
      title="Who approves"
      deeds={
        <DeedButton blocked={blocked} onClick={() => show({ kind: 'add-approver' })}>
          Add Approver…
        </DeedButton>
      }
    >
      {approvers.length === 0 ? (
        <p>
          Nobody approves yet. Add two people: should one forget their passphrase, the other is
          left.
        </p>
      ) : (
        <ApproverTable approvers={approvers} blocked={blocked} last={last} />
      )}
      {last === null ? null : (
        <p className="tone-attention">
          ! There is only one approver: should they forget their passphrase, it takes seven days
          until the rule can be turned off.
        </p>
      )}
    </Section>
  );
}

function ApproverTable({
  approvers,
  blocked,
  last,
}: {
  readonly approvers: readonly ApproverView[];
  readonly blocked: string | null;
  /** Why none can be removed. */
  readonly last: string | null;
}) {
  const show = useDialogs((state) => state.show);
  return (
    <div className={styles['scroll']}>
      <table className={styles['table']} aria-label="Approvers">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Since</th>
            <th scope="col">Fingerprint</th>
            <th scope="col">
              <span className="unseen">Deeds</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {approvers.map(({ id, name, addedAt, fingerprint }) => (
            <tr key={id}>
              <td className={styles['name']}>
                <bdi>{name}</bdi>
              </td>
              <td>
                <Moment at={addedAt} as="day" />
              </td>
              <td>
                <Ident value={fingerprint} what={`fingerprint of ${isolate(name)}`} />
              </td>
              <td>
                <DeedButton
                  variant="text"
                  blocked={blocked}
                  aria-label={`Change passphrase of ${isolate(name)}`}
                  onClick={() => show({ kind: 'approver-passphrase', approver: id })}
                >
                  Change Passphrase…
                </DeedButton>
                <DeedButton
                  variant="text"
                  blocked={blocked ?? last}
                  aria-label={`Remove ${isolate(name)}`}
                  onClick={() => show({ kind: 'remove-approver', approver: id })}
                >
                  Remove…
                </DeedButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
