import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hsmOps } from '../../../shared/contract/hsm.ts';
import { moduleProblem } from '../../../shared/text/modules.ts';
import type { BridgeAnswer } from '../../../shared/host/desktop-bridge.ts';
import type { Caller, Reply } from '../../core/core.ts';
import { CoreLine } from '../core-process/core-line.ts';
import type { CoreSettings } from '../core-process/messages.ts';
import type { ChildProcesses } from './child-processes.ts';
import { OwnedChildren } from './owned-children.ts';
import { archiveCheck, type PackagedPlace, tryPackaged } from './packaged.ts';

export interface SelfTestReport {
  readonly product: string;
  readonly packaged: boolean;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
  /** Is the cryptography BoringSSL's? Its known answers are checked when the keystore is made. */
  readonly boringssl: boolean;
  /** Is what the program was started from held against its sum by Electron, and if not, why. */
  readonly archive: string;
  /** Was it started with KEYREEVE_OFFLINE=1? The desktop fetches nothing, with it or without. */
  readonly offline: boolean;
  /** PKCS#11 modules of this computer, and what came of loading each. */
  readonly modules: Readonly<Record<string, string>>;
  /** Each thing that was tried, and what came of it: `ok`, or a failure code. */
  readonly tried: Readonly<Record<string, string>>;
  readonly passed: boolean;
}

export interface SelfTestParts {
  readonly product: string;
  readonly packaged: boolean;
  readonly children: ChildProcesses;
  /** Null where nothing was packaged. */
  readonly place: PackagedPlace | null;
  /** Tries the page; it needs Electron itself. */
  readonly page: () => Promise<Readonly<Record<string, string>>>;
  readonly settings: Omit<CoreSettings, 'formerEnd'>;
  readonly caller: Caller;
}

/** Longest self-test, in milliseconds. */
const longest = 60_000;

const outcome = (answer: Reply | BridgeAnswer): string =>
  'lost' in answer ? 'lost' : answer.ok ? 'ok' : answer.failure.code;

/**
 * Tries what only the packaged program can show, on a keystore of its own that is removed again: the
 * core in its process with this Electron's crypto (its known answers are checked when a keystore is
 * made), the native modules, the practice KMS, the end of the process.
 */
export async function selfTest(parts: SelfTestParts): Promise<SelfTestReport> {
  const folder = mkdtempSync(join(tmpdir(), 'keyreeve-self-test-'));
  const tried: Record<string, string> = parts.place === null ? {} : tryPackaged(parts.place);
  const modules: Record<string, string> = {};
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      tried[what] = error instanceof Error ? error.name : 'failed';
    });
  };
  try {
    await attempt('core', () => tryCore(parts, folder, tried, modules));
    await attempt('page', async () => void Object.assign(tried, await parts.page()));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const { electron, chrome, node, v8 } = process.versions;
  const { features } = process;
  return {
    product: parts.product,
    packaged: parts.packaged,
    platform: `${process.platform} ${process.arch}`,
    versions: { electron, chrome, node, v8 },
    boringssl: 'openssl_is_boringssl' in features && features.openssl_is_boringssl === true,
    archive: archiveCheck(parts.place, process.platform),
    offline: process.env['KEYREEVE_OFFLINE'] === '1',
    modules,
    tried,
    passed: Object.values(tried).every((word) => word === 'ok'),
  };
}

async function tryCore(
  { caller, children, settings }: SelfTestParts,
  folder: string,
  tried: Record<string, string>,
  modules: Record<string, string>,
): Promise<void> {
  const channel = children.startCore();
  const owned = new OwnedChildren(children, channel);
  const line: CoreLine = new CoreLine(
    channel,
    {
      ...settings,
      keystorePath: join(folder, 'self-test.keystore'),
      stateFolder: join(folder, 'state'),
      socket: false,
      formerEnd: null,
    },
    {
      change: () => undefined,
      soiled: () => undefined,
      exit: () => owned.end(),
      wants: (asked) => owned.serve(asked, (launch, exit) => line.tellExited(launch, exit)),
    },
  );
  // A core that hangs is a failure too, and must not keep whoever asked waiting.
  const late = setTimeout(() => line.kill(), longest);
  const attempt = async (what: string, name: string, input: unknown): Promise<unknown> => {
    const answer = await line.call(name, input, caller);
    tried[what] = outcome(answer);
    return 'ok' in answer && answer.ok ? answer.output : null;
  };
  await line.ready;
  const passphrase = new Uint8Array(randomBytes(24));
  noteModules(await attempt('PKCS#11', 'hsm.list', {}), modules);
  await attempt('keystore', 'keystore.create', { realm: 'practice', passphrase });
  await attempt('practice KMS', 'practice.setUp', { keysIn: 'software' });
  await attempt('audit', 'audit.export', { to: join(folder, 'audit.jsonl') });
  await attempt('lock', 'keystore.lock', {});
  const { code } = await line.stop(longest);
  clearTimeout(late);
  tried['end'] = code === 0 ? 'ok' : `exit code ${code}`;
}

/** What the bridge could make of each module: it loads them all. */
function noteModules(output: unknown, modules: Record<string, string>): void {
  const listed = hsmOps.list.output.safeParse(output);
  for (const { path, failure } of listed.data?.modules ?? []) {
    modules[path] = failure === null ? 'ok' : moduleProblem(failure);
  }
}
