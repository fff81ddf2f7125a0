/** The one page there is. `app:` is a scheme of ours: no server, no file, no other host. */
export const consoleOrigin = 'app://console';
export const consolePage = `${consoleOrigin}/`;

function parsed(address: string): URL | null {
  return URL.canParse(address) ? new URL(address) : null;
}

/** Is this one of our own files? Parsed, never compared by how it begins. */
export function isOwnAddress(address: string): boolean {
  const url = parsed(address);
  return (
    url !== null &&
    url.protocol === 'app:' &&
    url.host === 'console' &&
    url.username === '' &&
    url.password === ''
  );
}

/** Is this our page itself, which alone may be navigated to? */
export function isOwnPage(address: string): boolean {
  return isOwnAddress(address) && parsed(address)?.pathname === '/';
}
