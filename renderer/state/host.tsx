import { createContext, use } from 'react';
import type { Call } from '../client/client.ts';
import type { Link } from '../client/link.ts';

export interface Host {
  readonly link: Link;
  readonly call: Call;
}

const HostContext = createContext<Host | null>(null);
export const HostProvider = HostContext.Provider;

/** The way to the core, for everything below the window's root. */
export function useHost(): Host {
  const host = use(HostContext);
  if (!host) throw new Error('no host above this component');
  return host;
}
