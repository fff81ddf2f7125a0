import { ScreenFrame } from '../../ui/screen.tsx';

export function SecurityScreen() {
  return <ScreenFrame title="Security and backup">{null}</ScreenFrame>;
}
