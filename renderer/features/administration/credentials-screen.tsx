import { ScreenFrame } from '../../ui/screen.tsx';

export function CredentialsScreen() {
  return <ScreenFrame title="Credentials">{null}</ScreenFrame>;
}
