import type { PowerMonitor } from 'electron';
import type { LockReason } from '../../../shared/contract/keystore.ts';

/** How often a Linux desktop is asked whether its screen is locked (ms). */
const lookEvery = 5_000;
/** A computer that was not used for so long (s) counts as idle; only `locked` interests us. */
const idleAfter = 24 * 60 * 60;

export interface PowerOptions {
  readonly platform: NodeJS.Platform;
  /** Locks; the word says why. */
  readonly lock: (why: LockReason) => void;
  /** The computer is going down: end in order, now. */
  readonly leave: () => void;
  readonly every?: (work: () => void, ms: number) => void;
}

/**
 * Locks when nobody may be in front of the screen any more. Linux tells programs of sleep but not
 * of a locked screen: there it is asked every few seconds, which desktops without a screen saver
 * service do not answer (docs/desktop.md says so).
 */
export function watchPower(monitor: PowerMonitor, options: PowerOptions): void {
  const { lock, platform, leave } = options;
  monitor.on('suspend', () => lock('suspend'));
  monitor.on('lock-screen', () => lock('screen'));
  monitor.on('user-did-resign-active', () => lock('user-switch'));
  monitor.on('shutdown', () => leave());
  if (platform !== 'linux') return;
  const every = options.every ?? ((work, ms) => setInterval(work, ms).unref());
  let wasLocked = false;
  every(() => {
    const locked = monitor.getSystemIdleState(idleAfter) === 'locked';
    if (locked && !wasLocked) lock('screen');
    wasLocked = locked;
  }, lookEvery);
}
