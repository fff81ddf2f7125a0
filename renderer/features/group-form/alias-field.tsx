import { useState } from 'react';
import type { InputFor } from '../../../shared/contract/index.ts';
import { shortId } from '../../../shared/text/states.ts';
import { useDeed } from '../../state/reads.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { FormRow, type RowPlace, TextInput } from './form-row.tsx';
import styles from './group-form.module.css';
import { sayProblem } from './problems.ts';
import { isRegionCode } from './regions.ts';
import type { GroupFormControl } from './use-group-form.ts';

type Asked = InputFor<'group.lookAtAlias'>;
interface Told {
  readonly asked: Asked;
  readonly text: string;
  readonly good: boolean;
}

const sameQuestion = (a: Asked, b: Asked): boolean =>
  a.alias === b.alias && a.region === b.region && a.credential === b.credential;

/** The alias: follows the name until somebody edits it; AWS is asked only on demand. */
export function AliasField({
  control,
  place,
}: {
  readonly control: GroupFormControl;
  readonly place: RowPlace;
}) {
  const { form } = control.state;
  const alias = form.aliasFollows ? (control.preview?.alias ?? '') : form.alias;
  const look = useDeed('group.lookAtAlias', { whileShown: true });
  const [told, setTold] = useState<Told | null>(null);
  const asked: Asked = { credential: form.credential ?? '', region: form.region, alias };
  const current = told && sameQuestion(told.asked, asked) ? told : null;
  const missing =
    alias === '' || !isRegionCode(form.region) || form.credential === null
      ? 'Needs an alias, a Region and a credential.'
      : look.busy
        ? 'AWS is being asked.'
        : null;
  const ask = async (): Promise<void> => {
    look.forget();
    const answer = await look.run(asked);
    if (answer === null) return;
    const { free, keyId, ours } = answer;
    const holder = keyId === null ? 'a key' : `KMS key ${shortId(keyId)}`;
    const text = free
      ? `free in ${asked.region}`
      : ours
        ? `held by ${holder} of this keystore in ${asked.region}`
        : `held by ${holder} in ${asked.region}, which this keystore does not know`;
    setTold({ asked, text, good: free || ours });
  };
  const failed = look.failure === null ? null : sayProblem(look.failure);
  return (
    <FormRow
      place={place}
      field="alias"
      label="Alias"
      hint={
        <span role="status">
          {current ? (
            <span className={current.good ? 'tone-good' : 'tone-attention'}>
              {current.good ? '✓ ' : '! '}
              {current.text}
            </span>
          ) : failed ? (
            <span className="tone-attention">! {failed}</span>
          ) : form.aliasFollows ? (
            'Follows the name until you edit it.'
          ) : null}
        </span>
      }
    >
      <TextInput
        place={place}
        field="alias"
        value={alias}
        before={<span className={styles['inner']}>alias/</span>}
        onChange={(text) => {
          look.forget();
          control.set({ alias: text, aliasFollows: false }, 'alias');
        }}
      />
      <DeedButton blocked={missing} onClick={() => void ask()}>
        {look.busy ? 'Asking AWS…' : 'Is it free?'}
      </DeedButton>
    </FormRow>
  );
}
