import { createCore } from '../../core/create-core.ts';
import type { Core } from '../../core/core.ts';
import type { OperatorPrompts } from '../../core/ports.ts';
import { fileLogger, jsonLines, tee } from '../log-file.ts';
import { nodePorts } from '../node-ports.ts';
import { stateFolder } from '../transport/argv/global-options.ts';
import { terminalPrompts } from './secret-sources.ts';

interface OwnCoreOptions {
  readonly keystorePath: string;
  readonly verbose: boolean;
  readonly longLived?: boolean;
  readonly unattended?: boolean;
  readonly ask?: OperatorPrompts;
}

/** The core in this process, with the ports of a Node host. */
export function openOwnCore(options: OwnCoreOptions): Core {
  const longLived = options.longLived ?? false;
  const folder = stateFolder(process.env);
  const name = longLived ? 'daemon' : 'cli';
  const file = fileLogger(folder, name);
  const shown = jsonLines((line) => void process.stderr.write(line), name);
  const log = options.verbose ? tee(file, shown) : file;
  const ports = nodePorts({ stateFolder: folder, ask: options.ask ?? terminalPrompts, log });
  return createCore(ports, {
    keystorePath: options.keystorePath,
    longLived,
    unattended: options.unattended ?? false,
  });
}
