import dns from 'node:dns';
import type { Agent } from 'node:http';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { nodeHttp, nodeHttps } from '../../kernel/node-http.ts';
import type { Realm } from '../../store/store.ts';
import type { TlsOptions } from './trust.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addSubnet('0.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');
loopback.addAddress('::', 'ipv6');

/** Addresses that stay on this computer, IPv4 written as IPv6 included. */
const isLoopbackAddress = (address: string): boolean =>
  isIP(address) !== 0 && loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** A host that is or names this computer, without asking a name server. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name);
}

/**
 * Names are resolved as usual, and the answer must fit the realm: practice stays on this computer,
 * and a name that points real keys at this computer (a hosts file, a name server) is refused.
 */
function lookupFor(realm: Realm, resolve: typeof dns.lookup = dns.lookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (cause, addresses) => {
      if (cause) return done(cause, []);
      const wrong = addresses.find(
        ({ address }) => isLoopbackAddress(address) !== (realm === 'practice'),
      );
      if (wrong) {
        const message = `${host} resolves to ${wrong.address}`;
        return done(Object.assign(new Error(message), { code: 'REALM_MISMATCH' }), []);
      }
      const [first] = addresses;
      if (options.all || !first) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
}

/** Sockets of one connection: kept alive, or one for a single call. */
export interface Agents {
  of(host: string, secure: boolean, fresh: boolean): Agent;
  /** Ends idle sockets now and busy ones after their call. */
  destroy(): void;
}

/** No agent here is Node's global one, and none is given a proxy but by name: the environment has no say. */
export function createAgents(options: {
  readonly realm: Realm;
  readonly tls: (host: string) => TlsOptions;
  readonly proxy?: string;
  /** The name server to ask; the system's by default. */
  readonly resolve?: typeof dns.lookup;
}): Agents {
  const lookup = lookupFor(options.realm, options.resolve);
  const proxied = options.proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: options.proxy } };
  // through a proxy it is the proxy's name that is resolved here, and it may well be local
  const resolving = options.proxy === undefined ? { lookup } : {};
  const made = new Map<string, Agent>();
  return {
    of(host, secure, fresh) {
      const name = `${secure ? `https://${host}` : 'http'} ${fresh ? 'fresh' : 'kept'}`;
      const known = made.get(name);
      if (known) return known;
      const common = { keepAlive: !fresh, maxSockets: 64, ...resolving };
      const agent = secure
        ? new nodeHttps.Agent({ ...common, ...options.tls(host), ...proxied })
        : new nodeHttp.Agent(common);
      made.set(name, agent);
      return agent;
    },
    destroy() {
      for (const agent of made.values()) {
        agent.maxFreeSockets = 0;
        for (const sockets of Object.values(agent.freeSockets)) {
          for (const socket of sockets ?? []) socket.destroy();
        }
      }
    },
  };
}
