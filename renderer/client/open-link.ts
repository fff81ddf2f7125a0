import { desktopBridge, type DesktopLinkOptions, desktopLink } from './desktop-link.ts';
import type { Link } from './link.ts';
import { webLink } from './web-link.ts';

/** The way to the core that this window was started with. */
export function openLink(desktop: DesktopLinkOptions): Link {
  const bridge = desktopBridge();
  return bridge ? desktopLink(bridge, desktop) : webLink();
}
