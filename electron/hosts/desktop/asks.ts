import { join } from 'node:path';
import type Electron from 'electron';
import type { BridgeAnswer, DesktopAsk } from '../../../shared/host/desktop-bridge.ts';

export interface AskParts {
  readonly dialog: Pick<Electron.Dialog, 'showOpenDialog' | 'showSaveDialog'>;
  readonly window: Electron.BrowserWindow;
  /** Where dialogs begin. */
  readonly folder: string;
  readonly coreState: () => unknown;
  readonly startCore: () => void;
  readonly giveUp: (ticket: number) => void;
  readonly kept: (fresh: boolean) => void;
}

const answer = (output: unknown): BridgeAnswer => ({ ok: true, output });

/** Answers what a window asks of the desktop. The system's own dialogs decide about paths. */
export async function answerAsk(parts: AskParts, asked: DesktopAsk): Promise<BridgeAnswer> {
  const { dialog, window, folder } = parts;
  switch (asked.ask) {
    case 'choose-folder': {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        defaultPath: folder,
        properties: ['openDirectory', 'createDirectory', 'dontAddToRecent'],
      });
      return answer(canceled ? null : (filePaths[0] ?? null));
    }
    case 'choose-file-to-write': {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        defaultPath: join(folder, asked.suggestion),
        properties: ['createDirectory', 'showOverwriteConfirmation', 'dontAddToRecent'],
      });
      return answer(canceled || filePath === '' ? null : filePath);
    }
    case 'core-state':
      return answer(parts.coreState());
    case 'start-core':
      parts.startCore();
      return answer(null);
    case 'give-up':
      parts.giveUp(asked.ticket);
      return answer(null);
    case 'kept':
      parts.kept(asked.fresh);
      return answer(null);
  }
}
