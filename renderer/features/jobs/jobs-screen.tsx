import { ScreenFrame } from '../../ui/screen.tsx';

export function JobsScreen() {
  return <ScreenFrame title="Jobs">{null}</ScreenFrame>;
}
