import type { MenuItemConstructorOptions } from 'electron';

export interface MenuDeeds {
  readonly lockNow: () => void;
  readonly about: () => void;
}

/**
 * The whole menu. There is no Reload, no Developer Tools, no Help on the web: what is not listed
 * here has no shortcut either.
 */
export function applicationMenu(
  { lockNow, about }: MenuDeeds,
  platform: NodeJS.Platform,
): MenuItemConstructorOptions[] {
  const aboutItem = { label: 'About Keyreeve', click: about } as const;
  const mac = platform === 'darwin';
  return [
    ...(mac ? [macMenu(aboutItem)] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Lock now', accelerator: 'CmdOrCtrl+L', click: lockNow },
        ...(mac ? [] : [{ type: 'separator' } as const, { role: 'quit', label: 'Quit' } as const]),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: '&View',
      submenu: [
        { role: 'zoomIn', label: 'Larger' },
        // The same without Shift, on keyboards where + needs it.
        { role: 'zoomIn', accelerator: 'CmdOrCtrl+=', visible: false },
        { role: 'zoomOut', label: 'Smaller' },
        { role: 'resetZoom', label: 'Usual size' },
        { type: 'separator' },
        { role: 'togglefullscreen', label: 'Full screen' },
      ],
    },
    { label: '&Help', submenu: [aboutItem] },
  ];
}

const macMenu = (about: MenuItemConstructorOptions): MenuItemConstructorOptions => ({
  label: 'Keyreeve',
  submenu: [
    about,
    { type: 'separator' },
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    { type: 'separator' },
    { role: 'quit' },
  ],
});
