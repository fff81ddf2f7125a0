import { ScreenFrame } from '../../ui/screen.tsx';

export function ConfigurationScreen() {
  return <ScreenFrame title="Configuration">{null}</ScreenFrame>;
}
