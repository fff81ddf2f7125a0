/** The line from a child process to the process that launched it. */
export interface ParentPort {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

interface UtilityPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/**
 * A forked Node process has `process.send`, an Electron utility process `process.parentPort`. When
 * the line to the parent breaks, this process ends: it serves nobody else.
 */
export function parentPort(): ParentPort {
  const utility = (process as NodeJS.Process & { parentPort?: UtilityPort }).parentPort;
  if (utility !== undefined) {
    return {
      send: (message) => utility.postMessage(message),
      onMessage: (listener) => utility.on('message', (event) => listener(event.data)),
    };
  }
  process.on('disconnect', () => process.exit(0));
  return {
    send: (message) => void process.send?.(message),
    onMessage: (listener) => void process.on('message', listener),
  };
}

/** Runs `work` on a later turn of the event loop, after messages that have come in. */
export const onTurn = (work: () => void): void => void setImmediate(work);
