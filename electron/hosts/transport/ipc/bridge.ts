import type { IpcRenderer } from 'electron';
import type { DesktopBridge } from '../../../../shared/host/desktop-bridge.ts';
import { channels } from './channels.ts';
import { wipeBytes } from './wipe-bytes.ts';

type Ipc = Pick<IpcRenderer, 'invoke' | 'on' | 'removeListener'>;

/**
 * What the page gets: four named functions, no channel names, no event objects, nothing of Electron.
 * Runs in the preload script, so it may import nothing that is not bundled with it.
 */
export function createBridge(ipc: Ipc): DesktopBridge {
  const listen =
    <T>(channel: string) =>
    (listener: (message: T) => void): (() => void) => {
      const heard = (_event: unknown, message: T): void => listener(message);
      ipc.on(channel, heard);
      return () => void ipc.removeListener(channel, heard);
    };
  return Object.freeze({
    call: async (name: string, input: unknown, ticket?: number) => {
      try {
        const asked = ticket === undefined ? { name, input } : { name, input, ticket };
        return await ipc.invoke(channels.call, asked);
      } finally {
        // The copy that crossed from the page's world into this one: `invoke` has made its own.
        wipeBytes(input);
      }
    },
    ask: (request) => ipc.invoke(channels.ask, request),
    onChange: listen(channels.change),
    onHost: listen(channels.host),
  } satisfies DesktopBridge);
}
