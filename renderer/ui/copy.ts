import { useNotices } from '../state/notices.ts';

/** Puts public text on the clipboard and says so. Never used for secrets. */
export async function copyText(text: string, what: string): Promise<void> {
  const { say } = useNotices.getState();
  try {
    await navigator.clipboard.writeText(text);
    say({ text: `Copied: ${what}.`, jobId: null, tone: 'quiet' });
  } catch {
    say({ text: `The clipboard did not take the ${what}.`, jobId: null, tone: 'attention' });
  }
}
