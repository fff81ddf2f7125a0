import { useId } from 'react';
import { type Mapping, mappings } from '../../../shared/model/mapping.ts';
import { mappingFixed, mappingHint, mappingTexts } from '../../../shared/text/mapping.ts';
import { capital } from '../../../shared/text/capital.ts';
import { keyWorks } from '../../../shared/text/key-works.ts';
import { AliasField } from './alias-field.tsx';
import { Beside, besideId, FormRow, type RowPlace, TextInput } from './form-row.tsx';
import styles from './group-form.module.css';
import { PolicyField } from './policy-field.tsx';
import { RegionField } from './region-field.tsx';
import type { GroupFormControl } from './use-group-form.ts';

interface TabProps {
  readonly control: GroupFormControl;
  readonly place: RowPlace;
  /** The group has keys: rotations fill in the Active Key ID. */
  readonly hasKeys: boolean;
}

/** The tab AWS Properties: what the KMS keys of the group are in AWS. */
export function AwsTab({ control, place, hasKeys }: TabProps) {
  const { form } = control.state;
  const { set } = control;
  return (
    <div className={styles['rows']}>
      <AliasField control={control} place={place} />
      <FormRow place={place} field="description" label="Description" hint="optional">
        <TextInput
          place={place}
          field="description"
          value={form.description}
          onChange={(description) => set({ description }, 'description')}
        />
      </FormRow>
      <RegionField control={control} place={place} />
      <FormRow
        place={place}
        field="activeKeyId"
        label="Active Key ID"
        hint={
          hasKeys
            ? 'Each rotation fills it in. To use a KMS key that waits for its material, give its id.'
            : 'Filled in by the first rotation. Or give the id of a KMS key that waits for its material.'
        }
      >
        <TextInput
          place={place}
          field="activeKeyId"
          mono
          value={form.activeKeyId}
          onChange={(activeKeyId) => set({ activeKeyId }, 'activeKeyId')}
        />
      </FormRow>
      <MappingField control={control} place={place} fixed={hasKeys} />
      <PolicyField control={control} place={place} />
      <DeletionField control={control} place={place} />
      <DisableField control={control} place={place} />
    </div>
  );
}

/** Whether each version is a KMS key of its own, or all are in one; fixed once there is a key. */
function MappingField({
  control,
  place,
  fixed,
}: Pick<TabProps, 'control' | 'place'> & { readonly fixed: boolean }) {
  const { form } = control.state;
  const name = useId();
  const choose = (mapping: Mapping): void =>
    control.set(
      // in one KMS key there is no former key that could be disabled by itself
      mapping === 'material' ? { mapping, disableAfterRotating: false } : { mapping },
      'mapping',
    );
  return (
    <div className={styles['row']}>
      <span id={name} className={styles['label']}>
        Key Material Mapping
      </span>
      <fieldset className={styles['set']} aria-labelledby={name} disabled={fixed}>
        {mappings.map((mapping) => (
          <div key={mapping} className={styles['radio']}>
            <label>
              <input
                type="radio"
                name={name}
                checked={form.mapping === mapping}
                aria-describedby={`${name}-${mapping}`}
                onChange={() => choose(mapping)}
              />
              {mappingTexts[mapping].label}
            </label>
            <span id={`${name}-${mapping}`} className="detail">
              {mappingTexts[mapping].sentence}
            </span>
          </div>
        ))}
        <Beside
          place={place}
          field="mapping"
          under
          hint={fixed ? mappingFixed[form.mapping] : mappingHint}
        />
      </fieldset>
    </div>
  );
}

/** When AWS deletes the material by itself, with its outage said beside it. */
function DeletionField({ control, place }: Pick<TabProps, 'control' | 'place'>) {
  const { form } = control.state;
  const name = useId();
  return (
    <div className={styles['row']}>
      <span id={name} className={styles['label']}>
        AWS deletes material
      </span>
      <fieldset className={styles['set']} aria-labelledby={name}>
        <div className={styles['radio']}>
          <label>
            <input
              type="radio"
              name={name}
              checked={!form.awsDeletes}
              onChange={() => control.set({ awsDeletes: false }, 'awsDeletesMaterialAfterDays')}
            />
            Never
          </label>
        </div>
        <div className={styles['radio']}>
          <label>
            <input
              type="radio"
              name={name}
              checked={form.awsDeletes}
              aria-describedby={`${name}-then`}
              onChange={() => control.set({ awsDeletes: true }, 'awsDeletesMaterialAfterDays')}
            />
            After
          </label>
          <TextInput
            place={place}
            field="awsDeletesMaterialAfterDays"
            label="Days after which AWS deletes the material"
            narrow
            disabled={!form.awsDeletes}
            value={form.awsDeletesDays}
            onChange={(awsDeletesDays) =>
              control.set({ awsDeletesDays }, 'awsDeletesMaterialAfterDays')
            }
          />
          <span id={`${name}-then`} className={styles['then']}>
            <span>days after an import,</span>{' '}
            <span className="detail">
              unless Keyreeve imports it again before: else {keyWorks(form).stops('the key')}
            </span>
          </span>
        </div>
        <Beside place={place} field="awsDeletesMaterialAfterDays" under />
      </fieldset>
    </div>
  );
}

/** Whether the former key is switched off some days after a rotation. */
function DisableField({ control, place }: Pick<TabProps, 'control' | 'place'>) {
  const { form } = control.state;
  return (
    <div className={styles['row']}>
      <span className={styles['label']}>After a rotation</span>
      <div>
        <div className={styles['radio']}>
          <label>
            <input
              type="checkbox"
              checked={form.disableAfterRotating}
              disabled={form.mapping === 'material'}
              aria-describedby={besideId(place.base, 'disableWaitDays')}
              onChange={(event) =>
                control.set({ disableAfterRotating: event.target.checked }, 'disableWaitDays')
              }
            />
            Disable key after rotating
          </label>
          <span className={styles['inner']}>wait</span>
          <TextInput
            place={place}
            field="disableWaitDays"
            label="Days to wait before disabling"
            narrow
            disabled={!form.disableAfterRotating}
            value={form.disableWaitDays}
            onChange={(disableWaitDays) => control.set({ disableWaitDays }, 'disableWaitDays')}
          />
          <span className={styles['inner']}>days first</span>
        </div>
        <Beside
          place={place}
          field="disableWaitDays"
          under
          hint={
            form.mapping === 'material'
              ? 'Not with one KMS key for all versions: disabling it would stop every one of them.'
              : `${capital(keyWorks(form).lost('a disabled key'))}.`
          }
        />
      </div>
    </div>
  );
}
