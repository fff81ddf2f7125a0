/** The first Ctrl+C, or another wish to end, asks to stop; the second leaves at once. `ask` rejects with what is told. */
export function onInterrupt(ask: () => Promise<never>): {
  readonly asked: Promise<never>;
  readonly begun: () => boolean;
  readonly release: () => void;
} {
  let reject: (error: unknown) => void = () => undefined;
  const asked = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  asked.catch(() => undefined);
  let times = 0;
  const onSignal = (): void => {
    times += 1;
    if (times > 1) process.exit(130);
    ask().catch(reject);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    asked,
    begun: () => times > 0,
    release: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
