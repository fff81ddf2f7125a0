import { useRead } from '../../state/reads.ts';
import { useReadOften } from '../../state/read-often.ts';

/** What is published, and what the proxies say of themselves, which no change tells of. */
export function useServing() {
  const read = useRead('xks.status', {});
  useReadOften(read);
  return read;
}
