import type { Link } from './link.ts';
import { webLink } from './web-link.ts';

/** The way to the core that this window was started with. */
export function openLink(): Link {
  return webLink();
}
