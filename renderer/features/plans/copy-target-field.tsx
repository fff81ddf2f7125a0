import Autocomplete, { createFilterOptions } from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import { useEffect } from 'react';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { counted } from '../../../shared/text/counted.ts';
import { kindText } from '../../../shared/text/key-kinds.ts';
import { storageTexts } from '../../../shared/text/states.ts';
import { useBlocked } from '../../state/blocked.ts';
import { DeedButton } from '../../ui/deed-button.tsx';
import { useListInDialog } from '../../ui/list-in-dialog.ts';
import type { GroupCells } from '../key-groups/tree-sources.ts';
import styles from './copy-key.module.css';
import type { CopyTargets } from './copy-targets.ts';

/** As many are listed at once; the others are found by typing. */
const most = 100;
const fieldId = 'copy-key-target';

const placeOf = ({ account, region, alias }: GroupCells): string =>
  [account, region, `alias/${alias}`].filter(Boolean).join(' · ');

const findTargets = createFilterOptions<GroupCells>({
  limit: most,
  stringify: (group) => `${group.path} ${placeOf(group)}`,
});

/** Puts the focus where the group is chosen. */
export const focusTarget = (): void => document.getElementById(fieldId)?.focus();

/** What is listed, and what to do where nothing is. */
function hintOf(of: OutputFor<'key.show'> | null, { groups, known }: CopyTargets): string {
  if (of === null || !known) return 'Reading key groups.';
  const kind = `${kindText(of)}, ${storageTexts[of.storage]}`;
  if (groups.length === 0) {
    return `No other key group takes this key: add one for keys of its kind (${kind}).`;
  }
  const takes = groups.length === 1 ? 'takes' : 'take';
  const some = groups.length > most ? ` The first ${most} are listed: type to find others.` : '';
  return `${counted(groups.length, 'other key group')} ${takes} this key (${kind}).${some}`;
}

/** The group that is to have the key: one of those that take it, found by name, account, Region or alias. */
export function CopyTargetField({
  of,
  targets,
  chosen,
  disabled,
  onChoose,
  onAdd,
}: {
  readonly of: OutputFor<'key.show'> | null;
  readonly targets: CopyTargets;
  readonly chosen: GroupCells | null;
  readonly disabled: boolean;
  readonly onChoose: (id: string | null) => void;
  readonly onAdd: () => void;
}) {
  const blocked = useBlocked();
  const list = useListInDialog('Key groups that take it');
  // After the buttons of a plan, which take the focus first: nothing can be planned without it.
  useEffect(focusTarget, []);
  return (
    <section aria-label="To" className={styles['to']}>
      <Autocomplete
        {...list}
        id={fieldId}
        className={styles['group'] ?? ''}
        options={targets.groups}
        value={chosen}
        disabled={disabled}
        autoHighlight
        openOnFocus={false}
        loading={!targets.known}
        loadingText="Reading key groups."
        noOptionsText={
          targets.groups.length === 0
            ? 'No other key group takes this key.'
            : 'None that takes this key is called so.'
        }
        getOptionKey={({ id }) => id}
        getOptionLabel={({ path }) => path}
        isOptionEqualToValue={(one, other) => one.id === other.id}
        filterOptions={findTargets}
        onChange={(_event, group) => onChoose(group?.id ?? null)}
        // Enter takes a group; whether the list is open or not, it never starts what nobody read.
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault();
        }}
        renderOption={({ key, ...props }, group) => (
          <li {...props} key={key}>
            <span className={styles['option']}>
              <bdi>{group.path}</bdi>
              <span className="detail">{placeOf(group)}</span>
            </span>
          </li>
        )}
        renderInput={(params) => (
          <TextField
            {...params}
            label="Key group that is to have it"
            helperText={hintOf(of, targets)}
            slotProps={{
              ...params.slotProps,
              htmlInput: { ...params.slotProps.htmlInput, spellCheck: false },
            }}
          />
        )}
      />
      <DeedButton blocked={blocked} disabled={disabled} onClick={onAdd}>
        Add Key Group…
      </DeedButton>
    </section>
  );
}
