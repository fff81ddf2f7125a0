/**
 * Stands where `electron` is imported when the built main process is run under Node: tells on
 * standard output what became of it, and lets it go.
 */
import { StandInElectron } from './electron.fixture.ts';

const standIn = new StandInElectron();
const { parts } = standIn;
export const {
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
} = parts;

const places: Record<string, string> = {};
export const app = Object.assign(parts.app, {
  getAppPath: () => process.env['STAND_IN_APP'] ?? '',
  getVersion: () => '0.0.0',
  setPath: (name: string, path: string) => void (places[name] = path),
  exit: (code: number) => process.exit(code),
});

const core = setInterval(() => {
  const [window] = standIn.windows;
  const [child] = standIn.children;
  if (!window || !child) return;
  clearInterval(core);
  child.once('message', (message) => {
    const page = standIn.serve?.({ url: 'app://console/', method: 'GET' });
    const preload = window.options.webPreferences?.preload;
    process.stdout.write(
      `${JSON.stringify({ places, message, preload, page: page?.status, program: child.path })}\n`,
    );
    app.quit();
  });
}, 5);
