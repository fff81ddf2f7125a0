import { type FormEvent, useState } from 'react';
import { rehearsedOperations } from '../../../shared/model/practice-mischief.ts';
import { useKeptOnScreen } from '../../state/kept-on-screen.ts';
import { useRead } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { ExplanationText } from './explanation-text.tsx';
import { Labelled } from './labelled.tsx';
import styles from './practice.module.css';
import { SelectField } from './select-field.tsx';

const actions = rehearsedOperations.map((name): readonly [string, string] => [
  `kms:${name}`,
  `kms:${name}`,
]);

interface Question {
  readonly action: string;
  readonly resource: string;
}

/** Judges a call that nobody makes: may this one do that, and why. */
export function MayQuestion({ principal }: { readonly principal: string }) {
  const [action, setAction] = useKeptOnScreen('may action', 'kms:CreateKey');
  const [resource, setResource] = useKeptOnScreen('may resource', '');
  const [asked, setAsked] = useState<Question | null>(null);
  const read = useRead(
    'practice.explain',
    { principal, action: asked?.action ?? action, resource: asked?.resource ?? '*' },
    { enabled: asked !== null, keep: false },
  );
  const ask = (event: FormEvent): void => {
    event.preventDefault();
    setAsked({ action, resource: resource.trim() === '' ? '*' : resource.trim() });
  };
  return (
    <form onSubmit={ask} className={styles['asked']} aria-label="May it do this?">
      <h3>May it do this?</h3>
      <div className={styles['form']}>
        <SelectField label="Action" value={action} options={actions} onChange={setAction} />
        <DeedButton type="submit">Judge this call</DeedButton>
      </div>
      <Labelled label="KMS key ID or ARN (optional)">
        {(at) => (
          <input
            id={at}
            className={`${styles['text']} mono`}
            value={resource}
            maxLength={2048}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => setResource(event.target.value)}
          />
        )}
      </Labelled>
      <div role="status" className={styles['asked']}>
        {asked !== null && read.data ? <ExplanationText explanation={read.data} /> : null}
      </div>
      {asked !== null && read.failure ? <FailureNotice failure={read.failure} /> : null}
    </form>
  );
}
