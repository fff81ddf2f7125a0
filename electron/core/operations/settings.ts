import type { z } from 'zod';
import type { settingView } from '../../../shared/contract/setting.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { readOwnSettings, writeOwnSettings } from '../keystore/own-settings.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

const view = (open: OpenKeystore): z.output<typeof settingView> => ({
  ...readOwnSettings(open.settings, open.store.realm),
  softwareModuleToAws: open.settings.read('software-module-to-aws') !== null,
});

export interface SettingAccess extends Access {
  /** After the change: the time until it locks, and who may see it, may be others. */
  settingsChanged(): void;
}

/** Settings that a keystore carries with it. */
export const settingHandlers = (access: SettingAccess): HandlersOfNoun<'setting'> => ({
  show: () => view(access.open()),
  change: (input) => {
    const open = access.open();
    const { autoLockMinutes, consoleAllowed, rotationLimit } = input;
    const opens = consoleAllowed === true && !view(open).consoleAllowed;
    if (opens && !input.confirm) {
      throw new OperationError('CONFIRMATION_NEEDED', {
        what: 'let this keystore of real keys be opened in the browser console',
      });
    }
    open.store.change(() => {
      writeOwnSettings(open.settings, input);
      open.audit('OK', [], {
        ...(autoLockMinutes === undefined ? {} : { autoLockMinutes }),
        ...(consoleAllowed === undefined ? {} : { consoleAllowed }),
        ...(rotationLimit === undefined ? {} : { rotationLimit }),
      });
    });
    access.settingsChanged();
    open.changed('setting');
    return view(open);
  },
});
