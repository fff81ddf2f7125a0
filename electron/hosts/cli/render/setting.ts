import type { OutputFor } from '../operations.ts';
import { facts } from '../table.ts';

export function settingText(setting: OutputFor<'setting.show'>): string {
  const { autoLockMinutes: minutes, consoleAllowed, rotationLimit, softwareModuleToAws } = setting;
  const idle = minutes === 1 ? '1 minute' : `${minutes ?? 0} minutes`;
  return facts([
    [
      'Locks by itself',
      minutes === null ? 'never' : `after ${idle} without anybody at work in a window`,
    ],
    ['Browser console', consoleAllowed ? 'may open it' : 'may not open it'],
    ['Rotations of one KMS key', `${rotationLimit} at most`],
    ['Software keys to AWS', softwareModuleToAws ? 'allowed' : 'not allowed'],
  ]);
}
