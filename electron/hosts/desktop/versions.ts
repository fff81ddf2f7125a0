/** What somebody who helps asks first: product and everything that it runs on. */
export function versionLines(product: string, versions: NodeJS.ProcessVersions): string[] {
  const shown = ['electron', 'chrome', 'node', 'v8', 'openssl'] as const;
  return [
    `Keyreeve ${product}`,
    ...shown.map((name) => `${name} ${versions[name] ?? 'none'}`),
    `${process.platform} ${process.arch}`,
  ];
}
