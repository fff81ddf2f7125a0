import type { Plugin } from 'vite';

export function ownPlaces(
  programs: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): Plugin;
