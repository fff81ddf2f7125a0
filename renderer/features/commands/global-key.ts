import type { Screen } from '../../state/navigation.ts';
import { placeKeys, places } from '../../state/places.ts';

/** What a key means everywhere in the window. */
export type KeyMeaning =
  | { readonly kind: 'commands' | 'shortcuts' | 'find' | 'lock' }
  | { readonly kind: 'place'; readonly screen: Screen };

type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/**
 * Reads a key by where it was pressed. In a field only keys with Ctrl or Alt mean something here,
 * in a menu or a list of choices none do. AltGr (Ctrl and Alt) types letters and is left alone.
 */
export function globalKey(event: Key, where: 'field' | 'overlay' | 'page'): KeyMeaning | null {
  if (where === 'overlay') return null;
  const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (control) return withControl(event.key.toLowerCase());
  if (event.ctrlKey || event.metaKey) return null;
  if (event.altKey) return event.shiftKey ? null : withAlt(event.code);
  return event.key === '?' && where === 'page' ? { kind: 'shortcuts' } : null;
}

function withControl(key: string): KeyMeaning | null {
  if (key === 'k') return { kind: 'commands' };
  return key === 'f' ? { kind: 'find' } : null;
}

/** By the place of the key: with Alt some keyboards give another letter. */
function withAlt(code: string): KeyMeaning | null {
  if (code === 'KeyL') return { kind: 'lock' };
  const key = /^(?:Digit|Numpad|Key)(\w)$/.exec(code)?.[1];
  const place = key === undefined ? undefined : places[placeKeys.indexOf(key)];
  return place === undefined ? null : { kind: 'place', screen: place.screen };
}
