export function buildParts(root: string, dist?: string): Promise<void>;
