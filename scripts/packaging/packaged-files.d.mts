export function writePackaged(root: string, folder?: string): string;
