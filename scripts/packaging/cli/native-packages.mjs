// What of the packages with native code goes into a package: the JavaScript that loads the code, and
// the code for one system. All of it is N-API, so that the same file serves Node and Electron.

/** Patterns below node_modules, for one system. */
export const nativePackages = (platform, arch) => [
  'better-sqlite3/{package.json,LICENSE}',
  'better-sqlite3/lib/*.js',
  'better-sqlite3/lib/methods/*.js',
  `better-sqlite3/prebuilds/${platform}-${arch}.node`,
  '@node-rs/argon2/{package.json,LICENSE}',
  '@node-rs/argon2/*.js',
  `@node-rs/argon2-${platform}-${arch}*/{package.json,*.node}`,
  'pkcs11js/{package.json,LICENSE,index.js}',
  'pkcs11js/build/Release/pkcs11.node',
];
