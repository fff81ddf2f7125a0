import Autocomplete from '@mui/material/Autocomplete';
import TextField from '@mui/material/TextField';
import { useListInDialog } from '../../ui/list-in-dialog.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import { findRegions, meantRegion, regionChoice, regionChoices } from '../group-form/regions.ts';

/** In which Region to look; a code that is newer than the list can be typed. */
export function RegionChoice({
  region,
  onRegion,
}: {
  readonly region: string;
  readonly onRegion: (region: string) => void;
}) {
  const usedHere = (useSnapshot().data?.places ?? []).map((one) => one.region);
  const list = useListInDialog('Region');
  return (
    <Autocomplete
      {...list}
      freeSolo
      autoHighlight
      openOnFocus={false}
      forcePopupIcon
      options={regionChoices.map(({ code }) => code)}
      inputValue={region}
      value={regionChoice(region)?.code ?? null}
      filterOptions={(_options, { inputValue }) => {
        // A code that is complete must not hide the others from whoever opens the list.
        const text = regionChoice(inputValue) === null ? inputValue : '';
        return findRegions(text, usedHere).map(({ code }) => code);
      }}
      onInputChange={(_event, text, reason) => {
        if (reason !== 'reset' && reason !== 'blur') onRegion(text.trim().toLowerCase());
      }}
      onBlur={() => onRegion(meantRegion(region, usedHere))}
      onChange={(_event, value) => onRegion(meantRegion(value ?? '', usedHere))}
      renderOption={({ key, ...props }, code) => (
        <li {...props} key={key}>
          <span className="mono">{code}</span>&nbsp;{regionChoice(code)?.name}
        </li>
      )}
      renderInput={(params) => <TextField {...params} label="Region" />}
    />
  );
}
