import { sayCount } from '../../shared/text/counted.ts';
import Button from '@mui/material/Button';

/** Shows only what needs somebody; its count is that of the whole place. */
export function NeedsMe({
  pressed,
  count,
  onPress,
}: {
  readonly pressed: boolean;
  readonly count: number;
  readonly onPress: (pressed: boolean) => void;
}) {
  return (
    <Button
      aria-pressed={pressed}
      variant={pressed ? 'contained' : 'outlined'}
      onClick={() => onPress(!pressed)}
    >
      {count === 0 ? 'Needs me' : `! Needs me ${sayCount(count)}`}
    </Button>
  );
}
