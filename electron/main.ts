/**
 * The desktop's main process: a relay between the window and the core, which it starts and owns. It
 * opens no keystore, loads no PKCS#11 module and speaks to no network.
 */
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  Menu,
  MessageChannelMain,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  session,
  utilityProcess,
} from 'electron';
import { startDesktop } from './hosts/desktop/desktop.ts';
import { fileLogger } from './hosts/log-file.ts';
import { defaultKeystore, stateFolder } from './hosts/places.ts';

process.umask(0o077);
const state = stateFolder(process.env);
const log = fileLogger(state, 'desktop-main');
const built = (name: string): string => join(app.getAppPath(), 'dist', name);
app.setPath('userData', join(state, 'desktop', 'profile'));

// The core ends with this process, and with it everything that was unlocked.
const giveUp = (error: unknown): void => {
  const text = error instanceof Error ? (error.stack ?? error.message) : 'not an error';
  log.log('error', 'main-process-broke', { error: text });
  app.exit(70);
};
process.on('uncaughtException', giveUp);

const parts = {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  Menu,
  MessageChannelMain,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  session,
  utilityProcess,
};
// Not awaited: Electron is not ready before this module has been read to its end.
startDesktop(parts, {
  product: app.getVersion(),
  words: process.argv.slice(app.isPackaged ? 1 : 2),
  programs: {
    core: built('node/core.js'),
    'hsm-bridge': built('node/hsm-bridge.js'),
    'practice-kms': built('node/practice-kms.js'),
  },
  preload: built('preload/preload.cjs'),
  place: {
    manifest: built('node/packaged.json'),
    unpacked: `${app.getAppPath()}.unpacked`,
    // macOS keeps Electron in a framework beside the program.
    program:
      process.platform === 'darwin'
        ? join(
            process.execPath,
            '../../Frameworks/Electron Framework.framework/Versions/A/Electron Framework',
          )
        : process.execPath,
  },
  windowFolder: built('renderer'),
  settings: {
    keystorePath: defaultKeystore(process.env),
    stateFolder: state,
    logName: 'desktop',
    socket: true,
    launches: 'host',
  },
  log,
  now: () => performance.now(),
  say: (text) => void process.stderr.write(`${text}\n`),
  report: (line) => void process.stdout.write(`${line}\n`),
}).catch(giveUp);
