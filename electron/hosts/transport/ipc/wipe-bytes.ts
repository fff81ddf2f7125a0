/** Zeroes every byte array in a message, whatever shape a stranger gave it. */
export function wipeBytes(message: unknown): void {
  const seen = new Set<unknown>();
  const waiting = [message];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (value instanceof Uint8Array) value.fill(0);
    else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      for (const inner of Object.values(value)) waiting.push(inner);
    }
  }
}
