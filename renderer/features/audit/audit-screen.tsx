import { ScreenFrame } from '../../ui/screen.tsx';

export function AuditScreen() {
  return <ScreenFrame title="Audit">{null}</ScreenFrame>;
}
