import { useDialogs } from '../state/dialogs.ts';
import { desktopBridge, desktopLink } from './desktop-link.ts';
import type { Link } from './link.ts';
import { webLink } from './web-link.ts';

/** The way to the core that this window was started with. */
export function openLink(): Link {
  const bridge = desktopBridge();
  if (!bridge) return webLink();
  // What is being typed stands in a dialog; everything else is read again.
  return desktopLink(bridge, { nothingToLose: () => useDialogs.getState().open.length === 0 });
}
