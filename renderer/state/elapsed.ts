/**
 * What is left of a time (ms) that begins now, never below nothing. By the clock that says less: the
 * steady one may stand still while the computer sleeps, the other may be set. What has passed never
 * comes back.
 */
export function leftOf(time: number): () => number {
  const from = { wall: Date.now(), steady: performance.now() };
  return () =>
    Math.max(0, time - Math.max(Date.now() - from.wall, performance.now() - from.steady));
}
