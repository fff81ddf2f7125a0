import { ScreenFrame } from '../../ui/screen.tsx';

export function KeysScreen() {
  return <ScreenFrame title="Keys">{null}</ScreenFrame>;
}
