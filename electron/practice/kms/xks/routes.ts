import { loopback } from '../constants.ts';

/** Where a proxy that AWS would find by its public name is reached on this computer. */
export interface XksRoute {
  /** Lower case. */
  readonly host: string;
  readonly port: number;
}

const hostShape =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const addressShape = /^127\.0\.0\.1:(\d{1,5})$/;

/** The host name of a route in lower case; undefined when it is none. */
export function readHost(text: string): string | undefined {
  const host = text.toLowerCase();
  return hostShape.test(host) ? host : undefined;
}

/** The port of `127.0.0.1:PORT`; undefined for every other address. */
export function readLoopbackPort(text: string): number | undefined {
  const port = Number(addressShape.exec(text)?.[1] ?? Number.NaN);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

export const routeText = ({ port }: XksRoute): string => `${loopback}:${port}`;

/** The way to every proxy that may be called; a host outside of it is never looked up. */
export interface XksRoutes {
  portOf(host: string): number | undefined;
  all(): readonly XksRoute[];
  set(route: XksRoute): void;
  remove(host: string): void;
  /** Back to what the command line said. */
  reset(): void;
}

export function createXksRoutes(initial: readonly XksRoute[]): XksRoutes {
  const ports = new Map<string, number>();
  const reset = () => {
    ports.clear();
    for (const { host, port } of initial) ports.set(host.toLowerCase(), port);
  };
  reset();
  return {
    portOf: (host) => ports.get(host.toLowerCase()),
    all: () => [...ports].map(([host, port]) => ({ host, port })),
    set: ({ host, port }) => void ports.set(host.toLowerCase(), port),
    remove: (host) => void ports.delete(host.toLowerCase()),
    reset,
  };
}
