import { fileURLToPath } from 'node:url';
import { forkChild } from '../../core/kernel/node-launcher.ts';
import type { ChildChannel } from '../../core/ports.ts';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Starts a core process as a Node fork. It launches its own children: say `launches: 'here'`. */
export const forkCore = (environment: Readonly<Record<string, string>> = {}): ChildChannel =>
  forkChild(entry, environment);
