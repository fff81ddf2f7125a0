import type { Call } from '../client/client.ts';

/** The core is told of a person at work at most this often, in ms. */
const atMost = 15_000;
const signs = ['pointerdown', 'keydown', 'wheel'] as const;

/**
 * Tells the core that a person is at work, so that the keystore does not lock under their hands.
 * What the window does by itself (reading again, counting down) is no sign of a person.
 * @returns ends it
 */
export function tellOfActivity(call: Call, target: EventTarget = window): () => void {
  let told = Number.NEGATIVE_INFINITY;
  const onSign = (event: Event): void => {
    if (!event.isTrusted || performance.now() - told < atMost) return;
    told = performance.now();
    // A lost connection is shown by itself; this call must not be a second message about it.
    call('session.touch', {}).catch(() => {
      told = Number.NEGATIVE_INFINITY;
    });
  };
  for (const sign of signs) target.addEventListener(sign, onSign, { passive: true });
  return () => {
    for (const sign of signs) target.removeEventListener(sign, onSign);
  };
}
