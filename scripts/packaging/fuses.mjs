// What a packaged Electron can no longer be told. Every fuse is named: one that a later Electron adds
// fails the build until somebody has decided about it.
import {
  flipFuses,
  FuseState,
  FuseV1Options,
  FuseVersion,
  getCurrentFuseWire,
} from '@electron/fuses';

/** Fuses of the released program, by their names in @electron/fuses. */
export const released = {
  // No second life as a plain Node that runs any script.
  RunAsNode: false,
  // Nothing is written to disk by the page; cookies there would be sealed.
  EnableCookieEncryption: true,
  // NODE_OPTIONS and NODE_EXTRA_CA_CERTS of whoever starts it mean nothing.
  EnableNodeOptionsEnvironmentVariable: false,
  // No --inspect, and no debugger by SIGUSR1.
  EnableNodeCliInspectArguments: false,
  // macOS and Windows end a program whose archive was changed.
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  // The page comes from app:, never from file:.
  GrantFileProtocolExtraPrivileges: false,
  WasmTrapHandlers: true,
};

/** Sets every fuse of the program at `path`, reads them back, and raises unless each is as asked. */
export async function burnFuses(path, { wanted = released, resetSignature = false } = {}) {
  const config = Object.fromEntries(
    Object.entries(wanted).map(([name, on]) => [FuseV1Options[name], on]),
  );
  await flipFuses(path, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    resetAdHocDarwinSignature: resetSignature,
    ...config,
  });
  const wrong = await differingFuses(path, wanted);
  if (wrong.length > 0) throw new Error(`fuses are not as asked: ${wrong.join(', ')}`);
}

/** Names of the fuses that are not as wanted, those nobody decided about included. */
export async function differingFuses(path, wanted = released) {
  const { version: _version, ...wire } = await getCurrentFuseWire(path);
  const names = new Set([...Object.keys(wanted), ...Object.keys(wire).map(nameOf)]);
  return [...names].filter((name) => {
    const state = wire[FuseV1Options[name]];
    if (!(name in wanted)) return true;
    return state !== (wanted[name] ? FuseState.ENABLE : FuseState.DISABLE);
  });
}

const nameOf = (index) => FuseV1Options[Number(index)] ?? `fuse ${index}`;
