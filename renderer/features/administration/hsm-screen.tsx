import { ScreenFrame } from '../../ui/screen.tsx';

export function HsmScreen() {
  return <ScreenFrame title="HSM">{null}</ScreenFrame>;
}
