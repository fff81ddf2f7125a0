import { randomBytes } from 'node:crypto';
import { nodeClock } from '../core/kernel/node-clock.ts';
import { nodeLauncher } from '../core/kernel/node-launcher.ts';
import type { HostPorts, Logger, OperatorPrompts } from '../core/ports.ts';

export interface NodePortsOptions {
  readonly stateFolder: string;
  readonly ask: OperatorPrompts;
  readonly log: Logger;
}

/**
 * What a Node host brings to the core. Production hosts have no fault points: the crash harness has
 * an entry of its own.
 */
export function nodePorts({ stateFolder, ask, log }: NodePortsOptions): HostPorts {
  return {
    clock: nodeClock,
    random: randomBytes,
    log,
    paths: { state: stateFolder },
    ask,
    launcher: nodeLauncher,
    faults: { reach: () => undefined },
  };
}
