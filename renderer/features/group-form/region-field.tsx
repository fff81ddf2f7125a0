import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import { useListInDialog } from '../../ui/list-in-dialog.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { besideId, fieldId, FormRow, type RowPlace } from './form-row.tsx';
import styles from './group-form.module.css';
import { findRegions, meantRegion, regionChoice, regionChoices } from './regions.ts';
import type { GroupFormControl } from './use-group-form.ts';

/** A Region, searched by code or name; a code that is newer than the list can be typed. */
export function RegionField({
  control,
  place,
}: {
  readonly control: GroupFormControl;
  readonly place: RowPlace;
}) {
  const { region } = control.state.form;
  const usedHere = (useSnapshot().data?.places ?? []).map((one) => one.region);
  const chosen = regionChoice(region);
  const wrong = place.problems.has('region');
  const list = useListInDialog('Region');
  return (
    <FormRow
      place={place}
      field="region"
      label="Region"
      hint={chosen === null ? null : (chosen.note ?? chosen.name)}
    >
      <Autocomplete
        {...list}
        id={fieldId(place.base, 'region')}
        freeSolo
        autoHighlight
        openOnFocus={false}
        forcePopupIcon
        className={styles['grow'] ?? ''}
        options={regionChoices.map(({ code }) => code)}
        inputValue={region}
        value={chosen?.code ?? null}
        filterOptions={(_options, { inputValue }) => {
          // A code that is complete must not hide the others from whoever opens the list.
          const text = regionChoice(inputValue) === null ? inputValue : '';
          return findRegions(text, usedHere).map(({ code }) => code);
        }}
        // Enter takes a Region; whether the list is open or not, it never sends the whole form.
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.preventDefault();
        }}
        onInputChange={(_event, text, reason) => {
          if (reason !== 'reset' && reason !== 'blur')
            control.set({ region: text.trim().toLowerCase() });
        }}
        // Half a code is no problem while it is being typed.
        onBlur={() => control.set({ region: meantRegion(region, usedHere) }, 'region')}
        onChange={(_event, value) =>
          control.set({ region: meantRegion(value ?? '', usedHere) }, 'region')
        }
        renderOption={({ key, ...props }, code) => (
          <li {...props} key={key}>
            <span className={styles['option']}>
              <span className="mono">{code}</span>
              <span>
                {regionChoice(code)?.name}
                {usedHere.includes(code) ? <span className="quiet"> · used here</span> : null}
              </span>
            </span>
          </li>
        )}
        renderInput={(params) => (
          <TextField
            {...params}
            error={wrong}
            slotProps={{
              ...params.slotProps,
              htmlInput: {
                ...params.slotProps.htmlInput,
                'aria-invalid': wrong,
                'aria-describedby': besideId(place.base, 'region'),
                spellCheck: false,
              },
            }}
          />
        )}
      />
    </FormRow>
  );
}
