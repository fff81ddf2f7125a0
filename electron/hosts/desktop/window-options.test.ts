import { expect, it } from 'vitest';
import { consolePartition, windowOptions } from './window-options.ts';

it('is exactly what was decided, for a program that people were given', () => {
  expect(windowOptions('/app/preload.cjs', true)).toEqual({
    title: 'Keyreeve',
    show: false,
    minWidth: 900,
    minHeight: 600,
    autoHideMenuBar: false,
    webPreferences: {
      preload: '/app/preload.cjs',
      partition: 'console',
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
      devTools: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      enableDeprecatedPaste: false,
      safeDialogs: true,
      disableDialogs: true,
      autoplayPolicy: 'document-user-activation-required',
      backgroundThrottling: false,
    },
  });
});

it('cannot be changed afterwards', () => {
  const options = windowOptions('/app/preload.cjs', true);
  expect(Object.isFrozen(options)).toBe(true);
  expect(Object.isFrozen(options.webPreferences)).toBe(true);
});

it('differs only in DevTools while it is developed', () => {
  const { webPreferences: packaged, ...rest } = windowOptions('/p', true);
  const { webPreferences: developed, ...other } = windowOptions('/p', false);
  expect(other).toEqual(rest);
  expect(developed).toEqual({ ...packaged, devTools: true });
});

it('keeps the session off the disk', () => {
  expect(consolePartition).not.toMatch(/^persist:/);
});
