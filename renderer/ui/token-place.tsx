import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useEffect, useEffectEvent, useId, useState } from 'react';
import type { OutputFor } from '../../shared/contract/index.ts';
import { moduleProblem } from '../../shared/text/modules.ts';
import { assuranceTexts, emptyTexts } from '../../shared/text/states.ts';
import { useRead } from '../state/reads.ts';
import { Choices } from './choices.tsx';
import { FailureNotice } from './failure-notice.tsx';
import { isAbsolutePath } from './folder-field.tsx';
import styles from './form.module.css';

export type TokenSeen = OutputFor<'hsm.list'>['modules'][number]['tokens'][number];

/** Where a token is, as somebody chose it. Nothing of it is secret. */
export interface ChosenPlace {
  readonly module: string;
  readonly libraryParameters: string;
  readonly token: TokenSeen | null;
}

export const noPlace: ChosenPlace = { module: '', libraryParameters: '', token: null };

const elsewhere = 'elsewhere';

/** Chooses a PKCS#11 module of this computer and one of the tokens it shows; what there is only one of by itself. */
export function TokenPlaceFields({
  place,
  onChange,
  disabled = false,
}: {
  readonly place: ChosenPlace;
  readonly onChange: (place: ChosenPlace) => void;
  readonly disabled?: boolean;
}) {
  const found = useRead('hsm.list', {});
  const [typing, setTyping] = useState(false);
  const modules = found.data?.modules ?? [];
  const known = modules.some(({ path }) => path === place.module);
  const unlisted = found.data !== undefined && place.module !== '' && !known;
  const shown = typing || unlisted ? elsewhere : place.module;
  const id = useId();
  const usable = modules.filter((module) => module.usable);
  const only = usable.length === 1 ? usable[0]?.path : undefined;
  const chooseOnly = useEffectEvent(() => {
    if (only !== undefined && place.module === '' && !typing && !disabled)
      onChange({ ...place, module: only, token: null });
  });
  useEffect(() => chooseOnly(), [only]);
  const choose = (value: string): void => {
    setTyping(value === elsewhere);
    onChange({ ...place, module: value === elsewhere ? '' : value, token: null });
  };
  return (
    <div className={styles['fields']}>
      <TextField
        select
        id={id}
        label="PKCS#11 module"
        fullWidth
        disabled={disabled}
        value={found.data ? shown : ''}
        helperText={
          found.pending
            ? 'Looking for modules on this computer.'
            : modules.length === 0
              ? emptyTexts.modules
              : 'Found on the computer that runs Keyreeve.'
        }
        onChange={(event) => choose(event.target.value)}
      >
        {modules.map(({ path, usable, failure, tokens }) => (
          <MenuItem key={path} value={path} disabled={!usable}>
            <code>{path}</code>
            &nbsp;
            {failure ? `not usable: ${moduleProblem(failure)}` : sayTokens(tokens.length)}
          </MenuItem>
        ))}
        <MenuItem value={elsewhere}>Another module…</MenuItem>
      </TextField>
      {found.failure ? <FailureNotice failure={found.failure} /> : null}
      {shown === elsewhere ? (
        <OtherModule place={place} onChange={onChange} disabled={disabled} />
      ) : (
        <Tokens
          key={place.module}
          tokens={modules.find(({ path }) => path === place.module)?.tokens ?? null}
          place={place}
          onChange={onChange}
          disabled={disabled}
          again={found.again}
        />
      )}
    </div>
  );
}

const sayTokens = (count: number): string =>
  count === 0 ? 'no token' : count === 1 ? '1 token' : `${count} tokens`;

function OtherModule({
  place,
  onChange,
  disabled,
}: {
  readonly place: ChosenPlace;
  readonly onChange: (place: ChosenPlace) => void;
  readonly disabled: boolean;
}) {
  const [path, setPath] = useState(place.module);
  const read = useRead(
    'hsm.list',
    { module: path.trim() },
    { enabled: place.module !== '', keep: false },
  );
  const module = place.module === '' ? undefined : read.data?.modules[0];
  const fits = isAbsolutePath(path);
  const id = useId();
  const look = (): void => {
    if (!fits) return;
    if (place.module === path.trim()) read.again();
    onChange({ ...place, module: path.trim(), token: null });
  };
  return (
    <>
      <div className={styles['line']}>
        <TextField
          id={id}
          label="Path of the module"
          fullWidth
          value={path}
          disabled={disabled}
          error={path !== '' && !fits}
          helperText={
            path !== '' && !fits
              ? 'Give the whole path, from / or the drive letter on.'
              : 'The file that the maker of the HSM gives for PKCS#11.'
          }
          slotProps={{ htmlInput: { spellCheck: false, className: 'mono' } }}
          onChange={(event) => {
            setPath(event.target.value);
            if (place.module !== '') onChange({ ...place, module: '', token: null });
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            look();
          }}
        />
        <Button disabled={disabled || !fits} onClick={look}>
          Look for tokens
        </Button>
      </div>
      <TextField
        id={`${id}-more`}
        label="What the module wants to hear at start (optional)"
        fullWidth
        value={place.libraryParameters}
        disabled={disabled}
        helperText="Only a few modules need it: NSS says here where its database is."
        slotProps={{ htmlInput: { spellCheck: false, className: 'mono', maxLength: 2000 } }}
        onChange={(event) => onChange({ ...place, libraryParameters: event.target.value })}
      />
      {read.failure ? <FailureNotice failure={read.failure} /> : null}
      {module?.failure ? <FailureNotice failure={module.failure} /> : null}
      {module?.usable ? (
        <Tokens
          key={place.module}
          tokens={module.tokens}
          place={place}
          onChange={onChange}
          disabled={disabled}
          again={read.again}
        />
      ) : null}
    </>
  );
}

function Tokens({
  tokens,
  place,
  onChange,
  disabled,
  again,
}: {
  readonly tokens: readonly TokenSeen[] | null;
  readonly place: ChosenPlace;
  readonly onChange: (place: ChosenPlace) => void;
  readonly disabled: boolean;
  readonly again: () => void;
}) {
  const gone =
    tokens !== null &&
    place.token !== null &&
    !tokens.some(({ serial }) => serial === place.token?.serial);
  const forget = useEffectEvent(() => onChange({ ...place, token: null }));
  useEffect(() => {
    if (gone) forget();
  }, [gone]);
  const only = tokens?.length === 1 && tokens[0]?.pin !== 'locked' ? tokens[0] : undefined;
  const chooseOnly = useEffectEvent(() => {
    if (only !== undefined && place.token === null && !disabled)
      onChange({ ...place, token: only });
  });
  useEffect(() => chooseOnly(), [only?.serial]);
  if (tokens === null) return null;
  if (tokens.length === 0)
    return (
      <div className={styles['line']}>
        <p>This module shows no token that is set up. Plug the HSM in, then look again.</p>
        <Button disabled={disabled} onClick={again}>
          Look again
        </Button>
      </div>
    );
  return (
    <Choices
      legend="Token"
      value={place.token?.serial ?? null}
      disabled={disabled}
      choices={tokens.map((token) => ({
        value: token.serial,
        label: `${token.label === '' ? 'without a label' : token.label}, serial ${token.serial}`,
        meaning: `${[token.manufacturer, token.model, token.firmware].filter((part) => part !== '').join(' · ')} · ${assuranceTexts[token.assurance]}`,
        blocked: token.pin === 'locked' ? 'Its PIN is locked: ask the HSM officer.' : null,
      }))}
      onChoose={(serial) =>
        onChange({ ...place, token: tokens.find((token) => token.serial === serial) ?? null })
      }
    />
  );
}

/** As the contract takes it; null while no module was chosen. */
export function placeGiven(place: ChosenPlace) {
  if (place.module === '') return null;
  return {
    module: place.module,
    ...(place.libraryParameters.trim() === ''
      ? {}
      : { libraryParameters: place.libraryParameters.trim() }),
    ...(place.token === null ? {} : { serial: place.token.serial }),
  };
}
