import type { OutputFor } from '../../../shared/contract/index.ts';
import {
  type MischiefKind,
  mischiefKinds,
  mischiefNames,
  type MischiefRule,
  rehearsedOperations,
} from '../../../shared/model/practice-mischief.ts';
import { mischiefTexts } from '../../../shared/text/mischief.ts';
import { useBlocked } from '../../state/blocked.ts';
import { useKeptOnScreen } from '../../state/kept-on-screen.ts';
import { say } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Section } from '../../ui/screen.tsx';
import { Labelled } from './labelled.tsx';
import { amountWords, operationWords } from './practice-words.ts';
import styles from './practice.module.css';
import { SelectField } from './select-field.tsx';

type Rules = OutputFor<'practice.show'>['mischief'];

/** What the practice KMS spoils on purpose: what is on, and one more to switch on. */
export function MischiefPart() {
  const room = useRead('practice.show', {});
  const deed = useDeed('practice.setMischief');
  const rules = room.data?.mischief ?? [];
  const set = async (next: Rules, done: string): Promise<void> => {
    if (await deed.run({ rules: next })) say(done);
  };
  const failure = room.failure ?? deed.failure;
  return (
    <div className={styles['scroll']} tabIndex={-1}>
      {failure ? <FailureNotice failure={failure} /> : null}
      <FaultsOn rules={rules} busy={deed.busy} onSet={set} onRead={room.again} />
      <AddFault rules={rules} busy={deed.busy} onSet={set} />
    </div>
  );
}

interface FaultsProps {
  readonly rules: Rules;
  readonly busy: boolean;
  readonly onSet: (rules: Rules, done: string) => Promise<void>;
}

function FaultsOn({ rules, busy, onSet, onRead }: FaultsProps & { readonly onRead: () => void }) {
  const blocked = useBlocked();
  return (
    <Section
      title="Faults that are on"
      deeds={
        <>
          <DeedButton onClick={onRead}>Read again</DeedButton>
          {rules.length === 0 ? null : (
            <DeedButton
              blocked={blocked}
              disabled={busy}
              onClick={() => void onSet([], 'Every fault is off.')}
            >
              Switch every fault off
            </DeedButton>
          )}
        </>
      }
    >
      <p className="quiet">
        Only the practice KMS misbehaves. A fault that counts calls goes off by itself once it has
        struck; a restart switches every fault off.
      </p>
      {rules.length === 0 ? (
        <p>✓ None: the practice KMS behaves.</p>
      ) : (
        <ul className={styles['rows']}>
          {rules.map((rule) => (
            <li key={`${rule.kind} ${rule.operation}`} className={styles['row']}>
              <span>
                <span className="tone-attention">! {titleOf(rule)}</span>
                <br />
                <span className="quiet">{mischiefTexts[rule.kind].meaning}</span>
              </span>
              <DeedButton
                blocked={blocked}
                disabled={busy}
                aria-label={`Switch off: ${titleOf(rule)}`}
                onClick={() =>
                  void onSet(
                    rules.filter((each) => each !== rule),
                    `“${mischiefTexts[rule.kind].title}” is off.`,
                  )
                }
              >
                Switch off
              </DeedButton>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function titleOf(rule: MischiefRule): string {
  const about = [operationWords(rule.operation), amountWords(rule)].filter((part) => part !== '');
  return `${mischiefTexts[rule.kind].title}${about.length === 0 ? '' : `: ${about.join(', ')}`}`;
}

const firstAmount = { calls: 1, milliseconds: 2000, seconds: 30, none: 0 } as const;
const unitWords = { calls: 'Calls', milliseconds: 'Milliseconds', seconds: 'Seconds' } as const;

function AddFault({ rules, busy, onSet }: FaultsProps) {
  const [kind, setKind] = useKeptOnScreen<MischiefKind>('mischief kind', 'lost-reply');
  const [operation, setOperation] = useKeptOnScreen<string>('mischief operation', 'CreateKey');
  const { unit, ofOperation } = mischiefKinds[kind];
  const [amount, setAmount] = useKeptOnScreen('mischief amount', '1');
  const blocked = useBlocked();
  const least = kind === 'clock-skew' ? -86_400 : 1;
  const most = unit === 'seconds' ? (kind === 'clock-skew' ? 86_400 : 3600) : 120_000;
  const number = Number(amount);
  const fits =
    unit === 'none' ||
    (amount.trim() !== '' && Number.isInteger(number) && number >= least && number <= most);
  const rule: MischiefRule = {
    kind,
    operation: ofOperation
      ? kind === 'refuse' && operation === '*'
        ? 'CreateKey'
        : operation
      : null,
    amount: unit === 'none' ? null : number,
  };
  const add = (): void => {
    const others = rules.filter(
      (each) => each.kind !== rule.kind || each.operation !== rule.operation,
    );
    void onSet([...others, rule], `“${mischiefTexts[kind].title}” is on.`);
  };
  return (
    <Section
      title="Switch a fault on"
      deeds={
        <DeedButton
          variant="contained"
          blocked={blocked ?? (fits ? null : `Give a whole number from ${least} to ${most}.`)}
          disabled={busy}
          onClick={add}
        >
          Switch this fault on
        </DeedButton>
      }
    >
      <div className={styles['form']}>
        <FaultField
          value={kind}
          onChange={(next) => {
            setKind(next);
            setAmount(String(firstAmount[mischiefKinds[next].unit]));
          }}
        />
        {ofOperation ? (
          <OperationField value={operation} onChange={setOperation} all={kind !== 'refuse'} />
        ) : null}
        {unit === 'none' ? null : (
          <Labelled label={unitWords[unit]}>
            {(id) => (
              <input
                id={id}
                type="number"
                className={styles['number']}
                min={least}
                max={most}
                value={amount}
                aria-invalid={!fits}
                onChange={(event) => setAmount(event.target.value)}
              />
            )}
          </Labelled>
        )}
      </div>
      <p>{mischiefTexts[kind].meaning}</p>
    </Section>
  );
}

const faults = mischiefNames.map((name) => [name, mischiefTexts[name].title] as const);

function FaultField({
  value,
  onChange,
}: {
  readonly value: MischiefKind;
  readonly onChange: (kind: MischiefKind) => void;
}) {
  return <SelectField label="Fault" value={value} options={faults} onChange={onChange} />;
}

const operations = rehearsedOperations.map((name): readonly [string, string] => [name, name]);

function OperationField({
  value,
  onChange,
  all,
}: {
  readonly value: string;
  readonly onChange: (operation: string) => void;
  readonly all: boolean;
}) {
  const options = all ? [['*', 'Every operation'] as const, ...operations] : operations;
  return <SelectField label="Operation" value={value} options={options} onChange={onChange} />;
}
