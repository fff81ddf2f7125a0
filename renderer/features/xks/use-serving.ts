import { useEffect, useEffectEvent } from 'react';
import { useRead } from '../../state/reads.ts';

/** Proxies are asked again this often (ms) while somebody looks. */
const askAgain = 5_000;

/** What is published, and what the proxies say of themselves, which no change tells of. */
export function useServing() {
  const read = useRead('xks.status', {});
  const ask = useEffectEvent(read.again);
  useEffect(() => {
    const timer = setInterval(() => ask(), askAgain);
    return () => clearInterval(timer);
  }, []);
  return read;
}
