export function nativePackages(platform: string, arch: string): string[];
