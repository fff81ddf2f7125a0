import { consolePaths, type EndReason, endReasons } from '../../shared/wire/console.ts';

/**
 * The second factor of this browser's session. Cookies are shared by all ports of this computer;
 * what is kept here belongs to this port alone, survives a reload and goes with the tab.
 */
const factorKey = 'keyreeve-factor';
/** The token of a link that was not answered yet, and the factor that goes with it. */
const askingKey = 'keyreeve-asking';
const channelName = 'keyreeve-session';
/** How long another window of the same session may take to share its factor (ms): it may have much to do. */
const sharePatience = 3_000;
/** How long the host may take to say how a session stands (ms): it looks nothing up. */
const answerPatience = 10_000;

export type Standing =
  | { readonly kind: 'good'; readonly waiting: boolean }
  | { readonly kind: 'refused'; readonly reason: EndReason }
  | { readonly kind: 'unreachable' };

export type Entry =
  | { readonly kind: 'factor'; readonly factor: string }
  | { readonly kind: 'refused'; readonly reason: EndReason }
  | { readonly kind: 'unreachable' };

/** The token of a one-time link, taken out of the address at once; null when there is none. */
export function takeToken(): string | null {
  const token = /^#t=([\w-]{43})$/.exec(location.hash)?.[1] ?? null;
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  return token;
}

/** How this window gets into a session: by a link, by itself after a reload, by another window. */
export async function enter(token: string | null): Promise<Entry> {
  const asking = askingWith(token);
  if (asking !== null) {
    const entry = await enterByLink(asking);
    if (entry.kind !== 'refused' || token !== null) return entry;
  }
  const factor = sessionStorage.getItem(factorKey) ?? (await askOtherWindows());
  if (factor === null) return { kind: 'refused', reason: 'no-session' };
  sessionStorage.setItem(factorKey, factor);
  return { kind: 'factor', factor };
}

/**
 * What a link is asked with. It is kept before it is sent and until it is answered: a page that is loaded again
 * meanwhile asks once more, and only with the same factor is it told what it missed.
 */
function askingWith(token: string | null): string | null {
  const kept = sessionStorage.getItem(askingKey);
  if (token === null || kept?.startsWith(`${token}.`)) return kept;
  const asking = `${token}.${toBase64Url(crypto.getRandomValues(new Uint8Array(32)))}`;
  sessionStorage.setItem(askingKey, asking);
  return asking;
}

async function enterByLink(asking: string): Promise<Entry> {
  const [token = '', factor = ''] = asking.split('.');
  const answer = await post(consolePaths.session, { token, factor });
  if (answer.kind === 'unreachable') return answer;
  // Another link may have been followed meanwhile: only the last one counts.
  const last = sessionStorage.getItem(askingKey) === asking;
  if (last) sessionStorage.removeItem(askingKey);
  if (answer.ok) {
    if (last) sessionStorage.setItem(factorKey, factor);
    return { kind: 'factor', factor };
  }
  const own = sessionStorage.getItem(factorKey);
  // Whoever presses reload on the link they came by is still in.
  if (own !== null) return { kind: 'factor', factor: own };
  return { kind: 'refused', reason: reasonOf(answer.body) };
}

/** How the session of a factor stands with the host. */
export async function standingOf(factor: string): Promise<Standing> {
  const answer = await post(consolePaths.standing, { factor });
  if (answer.kind === 'unreachable') return answer;
  if (answer.ok && isRecord(answer.body)) {
    return { kind: 'good', waiting: answer.body['waiting'] === true };
  }
  return { kind: 'refused', reason: reasonOf(answer.body) };
}

export function forgetFactor(): void {
  sessionStorage.removeItem(factorKey);
}

/** Answers other windows of this browser and this port that ask to join the session. */
export function shareFactor(factor: () => string | null): void {
  const channel = new BroadcastChannel(channelName);
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const mine = factor();
    if (isRecord(data) && data['ask'] === true && mine !== null)
      channel.postMessage({ factor: mine });
  });
}

function askOtherWindows(): Promise<string | null> {
  const channel = new BroadcastChannel(channelName);
  return new Promise((resolve) => {
    const done = (factor: string | null): void => {
      clearTimeout(timer);
      channel.close();
      resolve(factor);
    };
    const timer = setTimeout(() => done(null), sharePatience);
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (isRecord(data) && typeof data['factor'] === 'string') done(data['factor']);
    });
    channel.postMessage({ ask: true });
  });
}

type Answer =
  | { readonly kind: 'said'; readonly ok: boolean; readonly body: unknown }
  | { readonly kind: 'unreachable' };

/** Where a forwarded connection hangs, no answer is one, too. */
async function post(path: string, body: unknown): Promise<Answer> {
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), answerPatience);
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: enough.signal,
    });
    return { kind: 'said', ok: response.ok, body: await response.json() };
  } catch {
    return { kind: 'unreachable' };
  } finally {
    clearTimeout(timer);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

function reasonOf(body: unknown): EndReason {
  const reason = isRecord(body) ? body['reason'] : null;
  return endReasons.find((known) => known === reason) ?? 'no-session';
}
