import type { IpcMainInvokeEvent, WebContents, WebFrameMain } from 'electron';
import type { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { BridgeAnswer } from '../../../../shared/host/desktop-bridge.ts';
import { type Rate, rateLimit } from './rate.ts';
import { NotAMessage, weigh } from './weigh.ts';
import { wipeBytes } from './wipe-bytes.ts';

/** Largest message a window may send: the contract's own limit. */
const largestMessage = 1024 * 1024;
const mostAtOnce = 64;
const callRate: Rate = { burst: 400, perSecond: 200 };

export interface HandleOptions<S extends z.ZodType> {
  readonly channel: string;
  readonly envelope: S;
  /** The only page that is answered, e.g. `app://console`. */
  readonly origin: string;
  readonly run: (message: z.output<S>) => Promise<BridgeAnswer>;
  /** Told why a caller was turned away; nothing of the message is in it. */
  readonly refused: (why: string) => void;
  /** Told of a handler that broke; the window hears no text of it. */
  readonly broke: (error: unknown) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly rate?: Rate;
}

/**
 * The only way to register a handler for a window: it answers that window's own main frame while it
 * shows our page, and only messages of the declared shape, size and frequency. Byte arrays of the
 * message are wiped when the answer is there.
 */
export function secureHandle<S extends z.ZodType>(
  contents: Pick<WebContents, 'ipc' | 'mainFrame'>,
  options: HandleOptions<S>,
): void {
  const { channel, envelope, refused, run } = options;
  const allowed = rateLimit(options.rate ?? callRate, options.now);
  let atWork = 0;
  contents.ipc.handle(channel, async (event: IpcMainInvokeEvent, ...parts: unknown[]) => {
    const [message] = parts;
    const stranger = whyStranger(event.senderFrame, contents.mainFrame, options.origin);
    if (stranger !== null) {
      refused(stranger);
      return refusal(new OperationError('CALLER_NOT_TRUSTED'));
    }
    try {
      if (parts.length !== 1) throw new NotAMessage('not one message');
      weigh(message, largestMessage);
      const parsed = envelope.safeParse(message);
      if (!parsed.success) throw new NotAMessage('not the declared shape');
      if (atWork >= mostAtOnce || !allowed()) throw new NotAMessage('too many calls');
      atWork += 1;
      try {
        return await run(parsed.data);
      } finally {
        atWork -= 1;
      }
    } catch (error) {
      if (!(error instanceof NotAMessage)) {
        options.broke(error);
        return refusal(new OperationError('INTERNAL', { call: channel }));
      }
      refused(error.message);
      return refusal(new OperationError('BAD_INPUT', { problems: [error.message] }));
    } finally {
      wipeBytes(parts);
    }
  });
}

const refusal = (error: OperationError): BridgeAnswer => ({
  ok: false,
  failure: error.toFailure(),
});

/** Null for the one frame that may call. A frame that was left or destroyed meanwhile is nobody. */
function whyStranger(
  sender: WebFrameMain | null,
  mainFrame: WebFrameMain,
  origin: string,
): string | null {
  if (sender === null) return 'a frame that is gone';
  if (sender !== mainFrame) return 'another frame';
  if (sender.origin !== origin) return 'another origin';
  return null;
}
