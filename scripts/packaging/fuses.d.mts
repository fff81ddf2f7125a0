export const released: Readonly<Record<string, boolean>>;
export function burnFuses(
  path: string,
  options?: { wanted?: Readonly<Record<string, boolean>>; resetSignature?: boolean },
): Promise<void>;
export function differingFuses(
  path: string,
  wanted?: Readonly<Record<string, boolean>>,
): Promise<string[]>;
