import { ScreenFrame } from '../../ui/screen.tsx';

export function PracticeScreen() {
  return <ScreenFrame title="Practice">{null}</ScreenFrame>;
}
