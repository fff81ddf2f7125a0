/** What was put there in this tab, also before the page was loaded again; null where nothing was. */
export function remembered(place: string): string | null {
  try {
    return sessionStorage.getItem(place);
  } catch {
    // Storage may be forbidden: a page that is loaded again then begins anew, and loses nothing else.
    return null;
  }
}

/** Keeps a word as long as the tab. Nothing of the keystore belongs there. */
export function remember(place: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, text);
  } catch {
    // As above.
  }
}
