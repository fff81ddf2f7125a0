import type { IncomingHttpHeaders } from 'node:http';

/** What of a request is looked at before anything else happens. */
export interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Every `Host` line that came: two of them are one too many. */
  readonly hosts: readonly string[];
  readonly remoteAddress: string | undefined;
}

/** What a request wants: the page by a navigation, a file of it, a change, or a line. */
export type RequestKind = 'page' | 'file' | 'change' | 'line';

export type Verdict =
  | 'ok'
  /** Asked under another port of this computer: a forwarding with another local port. */
  | 'wrong-port'
  /** The page, opened by another page and not by a person. */
  | 'from-another-page'
  | 'refused';

const proxyHeader = /^(?:forwarded|via|x-forwarded-.*|x-real-ip|x-original-.*)$/;
const loopbackHost = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

/**
 * Decides about a request by where it says it comes from. Other pages of this computer are
 * same-site whatever their port, so only exact values count (docs/decisions/0011).
 */
export function judge(facts: RequestFacts, kind: RequestKind, port: number): Verdict {
  const { headers, hosts } = facts;
  if (facts.remoteAddress !== '127.0.0.1') return 'refused';
  if (Object.keys(headers).some((name) => proxyHeader.test(name))) return 'refused';
  const [host, ...more] = hosts;
  if (host === undefined || more.length > 0) return 'refused';
  if (host !== `127.0.0.1:${port}`) {
    return loopbackHost.test(host) && kind === 'page' ? 'wrong-port' : 'refused';
  }
  const origin = headers['origin'];
  if (origin !== undefined && origin !== `http://127.0.0.1:${port}`) return 'refused';
  return byKind[kind](headers['sec-fetch-site'], origin, headers);
}

type Rule = (
  site: string | string[] | undefined,
  origin: string | undefined,
  headers: IncomingHttpHeaders,
) => Verdict;

const byKind: Readonly<Record<RequestKind, Rule>> = {
  page: (site, _origin, headers) => {
    if (headers['sec-fetch-dest'] !== undefined && headers['sec-fetch-dest'] !== 'document') {
      return 'refused';
    }
    return site === undefined || site === 'none' || site === 'same-origin'
      ? 'ok'
      : 'from-another-page';
  },
  file: (site) => (site === 'same-origin' ? 'ok' : 'refused'),
  change: (site, origin) => (site === 'same-origin' && origin !== undefined ? 'ok' : 'refused'),
  // Browsers that send no Sec-Fetch-Site with a handshake do send the Origin.
  line: (site, origin) =>
    origin !== undefined && (site === undefined || site === 'same-origin') ? 'ok' : 'refused',
};
