/** Keys that work everywhere in the window. */
export function GlobalKeys() {
  return null;
}
