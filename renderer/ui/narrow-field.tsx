import TextField from '@mui/material/TextField';
import { useEffect } from 'react';
import { useKeptOnScreen } from '../state/kept-on-screen.ts';

/** A list is asked for anew when nobody has typed for so long, in ms. */
const pause = 200;

/** Narrows a list by a text; Esc empties it. */
export function NarrowField({
  label,
  onText,
}: {
  readonly label: string;
  readonly onText: (text: string) => void;
}) {
  const [typed, setTyped] = useKeptOnScreen(label, '');
  useEffect(() => {
    const timer = setTimeout(() => onText(typed.trim()), pause);
    return () => clearTimeout(timer);
  }, [typed, onText]);
  return (
    <TextField
      type="search"
      placeholder={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || typed === '') return;
        event.stopPropagation();
        setTyped('');
      }}
      slotProps={{ htmlInput: { 'aria-label': label, maxLength: 512 } }}
    />
  );
}
