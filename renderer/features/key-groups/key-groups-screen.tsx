import { ScreenFrame } from '../../ui/screen.tsx';

export function KeyGroupsScreen() {
  return <ScreenFrame title="Key Groups">{null}</ScreenFrame>;
}
