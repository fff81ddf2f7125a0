import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BridgeAnswer } from '../../../shared/host/desktop-bridge.ts';
import type { Caller, Reply } from '../../core/core.ts';
import { CoreLine } from '../core-process/core-line.ts';
import type { CoreSettings } from '../core-process/messages.ts';
import type { ChildProcesses } from './child-processes.ts';
import { OwnedChildren } from './owned-children.ts';

export interface SelfTestReport {
  readonly product: string;
  readonly packaged: boolean;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
  /** Each thing that was tried, and what came of it: `ok`, or a failure code. */
  readonly tried: Readonly<Record<string, string>>;
  readonly passed: boolean;
}

export interface SelfTestParts {
  readonly product: string;
  readonly packaged: boolean;
  readonly children: ChildProcesses;
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
  const tried: Record<string, string> = {};
  try {
    await tryCore(parts, folder, tried);
  } catch (error) {
    tried['core'] = error instanceof Error ? error.name : 'failed';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const { electron, chrome, node, v8 } = process.versions;
  return {
    product: parts.product,
    packaged: parts.packaged,
    platform: `${process.platform} ${process.arch}`,
    versions: { electron, chrome, node, v8 },
    tried,
    passed: Object.values(tried).every((word) => word === 'ok'),
  };
}

async function tryCore(
  { caller, children, settings }: SelfTestParts,
  folder: string,
  tried: Record<string, string>,
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
  const attempt = async (what: string, name: string, input: unknown): Promise<void> => {
    tried[what] = outcome(await line.call(name, input, caller));
  };
  await line.ready;
  const passphrase = new Uint8Array(randomBytes(24));
  await attempt('keystore', 'keystore.create', { realm: 'practice', passphrase });
  await attempt('practice KMS', 'practice.setUp', { keysIn: 'software' });
  await attempt('audit', 'audit.export', { to: join(folder, 'audit.jsonl') });
  await attempt('lock', 'keystore.lock', {});
  const { code } = await line.stop(longest);
  clearTimeout(late);
  tried['end'] = code === 0 ? 'ok' : `exit code ${code}`;
}
