// electron-builder calls this when a program is unpacked in its folder and not signed yet.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { burnFuses } from './fuses.mjs';

/** Where the program is in the folder that electron-builder packed. */
export function programIn({ appOutDir, electronPlatformName, packager }) {
  const { productFilename } = packager.appInfo;
  switch (electronPlatformName) {
    case 'darwin':
    case 'mas':
      return join(appOutDir, `${productFilename}.app`);
    case 'win32':
      return join(appOutDir, `${productFilename}.exe`);
    default:
      return join(appOutDir, packager.executableName);
  }
}

/** What must not be in a package: an updater's settings, a second copy of the sources. */
const unwanted = ['app-update.yml', 'default_app.asar', 'app'];

export async function afterPack(context) {
  const program = programIn(context);
  if (!existsSync(program)) throw new Error(`no program at ${program}`);
  const mac = program.endsWith('.app');
  const resources = mac
    ? join(program, 'Contents', 'Resources')
    : join(context.appOutDir, 'resources');
  const found = readdirSync(resources).filter((name) => unwanted.includes(name));
  if (found.length > 0) throw new Error(`must not be packaged: ${found.join(', ')}`);
  await burnFuses(program, { resetSignature: mac });
}
