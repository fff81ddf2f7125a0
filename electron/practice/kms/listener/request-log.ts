import { closeSync, openSync, writeSync } from 'node:fs';

export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Name, value, name, value, … as received. */
  readonly rawHeaders: readonly string[];
}

/** Appends every request, byte for byte: the leak test searches this file. */
export interface RequestLog {
  append(request: RequestHead, body: Uint8Array): void;
  close(): void;
}

/** Null: nothing is kept. */
export function openRequestLog(file: string | null): RequestLog {
  if (file === null) return { append: () => undefined, close: () => undefined };
  const descriptor = openSync(file, 'a', 0o600);
  return {
    append(request, body) {
      const lines = [`${request.method ?? ''} ${request.url ?? ''}`];
      const raw = request.rawHeaders;
      for (let index = 0; index + 1 < raw.length; index += 2) {
        lines.push(`${raw[index] ?? ''}: ${raw[index + 1] ?? ''}`);
      }
      const head = Buffer.from(`${lines.join('\n')}\n\n`, 'latin1');
      writeSync(descriptor, Buffer.concat([head, body, Buffer.from('\n\n')]));
    },
    close: () => closeSync(descriptor),
  };
}
