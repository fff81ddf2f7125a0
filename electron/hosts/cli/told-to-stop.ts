/** Told by the first request to end; the second ends at once. */
export function toldToStop(): { readonly told: Promise<void>; isTold(): boolean } {
  let times = 0;
  const told = new Promise<void>((resolve) => {
    const onSignal = (): void => {
      times += 1;
      if (times > 1) process.exit(130);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
  return { told, isTold: () => times > 0 };
}
