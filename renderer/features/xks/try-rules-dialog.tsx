import TextField from '@mui/material/TextField';
import { useId } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import type { DialogProps } from '../../dialogs.tsx';
import { useKept } from '../../state/kept.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { DialogFrame, LeaveButton } from '../../ui/dialog-frame.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { conditions, operations } from './rule-words.ts';
import styles from './xks.module.css';
import type { XksKey } from './xks-words.ts';

const asked = [
  'awsPrincipalArn',
  'kmsKeyArn',
  'awsSourceVpc',
  'awsSourceVpce',
  'kmsViaService',
] as const;

interface Request {
  readonly key: string;
  readonly kmsOperation: string;
  readonly values: Readonly<Partial<Record<(typeof asked)[number], string>>>;
}

/** Tries a request against owners and rules, by the very code the proxy goes by. Nothing is sent. */
export function TryRulesDialog({ dialog, close }: DialogProps<'xks-try-rules'>) {
  const { store } = dialog;
  const list = useRead('xksKey.list', { store });
  const keys = list.data?.keys ?? [];
  const attempt = useDeed('xksRule.try');
  const [form, setForm] = useKept<Request>(dialog, () => ({
    key: dialog.key ?? '',
    kmsOperation: 'Decrypt',
    values: {},
  }));
  const [verdict, setVerdict] = useKept<OutputFor<'xksRule.try'> | null>(
    dialog,
    () => null,
    'verdict',
  );
  const key = keys.find(({ id }) => id === form.key) ?? keys[0] ?? null;
  const missing =
    key === null
      ? whenEmpty(
          list,
          'Its external keys are being read.',
          'The store has no external key to try with.',
        )
      : null;
  const set = (patch: Partial<Request>): void => {
    setForm((before) => ({ ...before, ...patch }));
    setVerdict(null);
    attempt.forget();
  };
  const submit = async (): Promise<void> => {
    if (key === null) return;
    const values = Object.fromEntries(
      asked.map((each) => [each, (form.values[each] ?? '').trim() || null]),
    );
    const { kmsOperation } = form;
    setVerdict(await attempt.run({ key: key.id, request: { kmsOperation, ...values } }));
  };
  return (
    <DialogFrame
      title="Try a request"
      subject="Asks owners and rules as they are now. Nothing is sent, and nothing is used."
      busy={attempt.busy}
      onClose={close}
      onSubmit={() => void submit()}
      outcome={<Verdict verdict={verdict} failed={attempt.failure !== null} />}
      deeds={
        <>
          <LeaveButton>Close</LeaveButton>
          <DeedButton type="submit" variant="contained" unmarked blocked={missing}>
            Try this request
          </DeedButton>
        </>
      }
    >
      <RequestFields form={form} set={set} keys={keys} chosen={key?.id ?? ''} />
      {list.failure ? <FailureNotice failure={list.failure} /> : null}
      {attempt.failure ? <FailureNotice failure={attempt.failure} /> : null}
    </DialogFrame>
  );
}

function Verdict({
  verdict,
  failed,
}: {
  readonly verdict: OutputFor<'xksRule.try'> | null;
  readonly failed: boolean;
}) {
  return (
    <div role="status" className={styles['verdict']}>
      {verdict === null ? (
        <p className="quiet">{failed ? 'It could not be tried.' : 'Not tried yet.'}</p>
      ) : (
        <>
          <p className={verdict.allowed ? 'tone-good' : 'tone-attention'}>
            {verdict.allowed
              ? '✓ Let in'
              : verdict.dryRun
                ? '! Let in today; refused once its rules refuse'
                : '! Refused'}
          </p>
          <p className="quiet">
            {verdict.by === null ? 'No rule had to decide.' : `Decided by ${verdict.by}.`}
          </p>
        </>
      )}
    </div>
  );
}

function RequestFields({
  form,
  set,
  keys,
  chosen,
}: {
  readonly form: Request;
  readonly set: (patch: Partial<Request>) => void;
  readonly keys: readonly XksKey[];
  readonly chosen: string;
}) {
  const id = useId();
  return (
    <div className={styles['form']}>
      <div className={styles['pair']}>
        <TextField
          id={`${id}-key`}
          select
          label="External key"
          fullWidth
          value={chosen}
          onChange={(event) => set({ key: event.target.value })}
          slotProps={{ select: { native: true } }}
        >
          {keys.map((key) => (
            <option key={key.id} value={key.id}>
              {key.name}
            </option>
          ))}
        </TextField>
        <TextField
          id={`${id}-operation`}
          select
          label="Operation"
          fullWidth
          autoFocus
          value={form.kmsOperation}
          onChange={(event) => set({ kmsOperation: event.target.value })}
          slotProps={{ select: { native: true } }}
        >
          {operations.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </TextField>
      </div>
      {asked.map((each) => (
        <TextField
          key={each}
          id={`${id}-${each}`}
          label={conditions[each].label}
          fullWidth
          value={form.values[each] ?? ''}
          helperText={`Such as ${conditions[each].example.replace('*', '1234abcd-12ab-34cd-56ef-1234567890ab')}`}
          onChange={(event) => set({ values: { ...form.values, [each]: event.target.value } })}
          slotProps={{
            htmlInput: { maxLength: 2048, spellCheck: false, className: 'mono' },
            formHelperText: { style: { overflowWrap: 'anywhere' } },
          }}
        />
      ))}
    </div>
  );
}
