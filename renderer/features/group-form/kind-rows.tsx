import {
  type KeyKind,
  keyTypes,
  type KeyType,
  lengthsOf,
  usageNames,
  usagesOf,
  wholeKind,
} from '../../../shared/model/key-kinds.ts';
import { lengthText, usageTexts } from '../../../shared/text/key-kinds.ts';
import { fieldId, FormRow, PlainSelect, type RowPlace } from './form-row.tsx';
import styles from './group-form.module.css';
import type { GroupFormControl } from './use-group-form.ts';

/** The families of the first dialog, and the types each of them leaves to choose from. */
export const families = ['symmetric', 'asymmetric', 'hmac'] as const;
export type Family = (typeof families)[number];

export const familyOf = (type: KeyType): Family =>
  type === 'AES' ? 'symmetric' : type === 'HMAC' ? 'hmac' : 'asymmetric';

export const familyTexts: Readonly<Record<Family, string>> = {
  symmetric: 'Symmetric',
  asymmetric: 'Asymmetric',
  hmac: 'HMAC',
};

/** What a family begins with: the first type of it, with what is usual for that. */
export const firstOf = (family: Family): KeyKind =>
  wholeKind(keyTypes.find((type) => familyOf(type) === family) ?? 'AES', undefined, undefined);

/**
 * What kind of keys: three answers that follow each other. A group that exists keeps its kind, which is
 * in sight all the same.
 */
export function KindRows({
  control,
  place,
  fixed,
}: {
  readonly control: GroupFormControl;
  readonly place: RowPlace;
  readonly fixed: boolean;
}) {
  const { form } = control.state;
  const { keyType, keyLength, keyUsage } = form;
  const types = keyTypes.filter((type) => familyOf(type) === familyOf(keyType));
  const only = <T,>(all: readonly T[], one: T): readonly T[] => (fixed ? [one] : all);
  const put = (kind: KeyKind): void => control.set(kind, 'keyType');
  /** The usage stays where the new length has it too. */
  const putLength = (length: KeyKind['keyLength']): void => {
    const stays = usagesOf(keyType, length).includes(keyUsage);
    put(wholeKind(keyType, length, stays ? keyUsage : undefined));
  };
  const lengthLabel = keyType === 'ECC' ? 'Curve' : 'Key Length';
  return (
    <>
      <FormRow place={place} field="keyType" label="Key Type">
        <PlainSelect
          id={fieldId(place.base, 'keyType')}
          value={keyType}
          options={only(types, keyType).map((type) => [type, type])}
          onChange={(value) => {
            const type = types.find((one) => one === value);
            if (type) put(wholeKind(type, undefined, undefined));
          }}
        />
        <label htmlFor={fieldId(place.base, 'keyLength')} className={styles['inner']}>
          {lengthLabel}
        </label>
        <PlainSelect
          id={fieldId(place.base, 'keyLength')}
          value={String(keyLength)}
          options={only(lengthsOf(keyType), keyLength).map((length) => [
            String(length),
            lengthText({ keyType, keyLength: length }),
          ])}
          onChange={(value) => {
            const length = lengthsOf(keyType).find((one) => String(one) === value);
            if (length !== undefined) putLength(length);
          }}
        />
      </FormRow>
      <FormRow
        place={place}
        field="keyUsage"
        label="Key Usage"
        hint={fixed ? null : 'Type, length and usage stay as they are for good.'}
      >
        <PlainSelect
          id={fieldId(place.base, 'keyUsage')}
          value={keyUsage}
          options={only(usagesOf(keyType, keyLength), keyUsage).map((usage) => [
            usage,
            usageTexts[usage],
          ])}
          onChange={(value) => {
            const usage = usageNames.find((one) => one === value);
            if (usage) put({ keyType, keyLength, keyUsage: usage });
          }}
        />
      </FormRow>
    </>
  );
}
