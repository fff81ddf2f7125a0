import type { BrowserWindowConstructorOptions } from 'electron';

/** Never begins with `persist:`: nothing of a page is written to disk. */
export const consolePartition = 'console';

/** Smallest window that shows everything (device-independent pixels). */
export const smallest = { width: 900, height: 600 } as const;

/**
 * Every window of the desktop is made with these options and a place on the screen, and nothing
 * else. Written out in full, also where Electron's defaults agree: a default can change.
 */
export const windowOptions = (preload: string, packaged: boolean) =>
  deepFreeze({
    title: 'Keyreeve',
    show: false,
    minWidth: smallest.width,
    minHeight: smallest.height,
    autoHideMenuBar: false,
    webPreferences: {
      preload,
      partition: consolePartition,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      plugins: false,
      webgl: false,
      devTools: !packaged,
      spellcheck: false,
      navigateOnDragDrop: false,
      enableDeprecatedPaste: false,
      safeDialogs: true,
      disableDialogs: true,
      autoplayPolicy: 'document-user-activation-required',
      // Progress of jobs goes on being shown in a window that is covered.
      backgroundThrottling: false,
    },
  } as const satisfies BrowserWindowConstructorOptions);

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
