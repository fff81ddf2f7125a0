/** A path as a shell takes it: in quotation marks where it holds more than plain characters. */
export const quoted = (path: string): string =>
  /^[\w./:@%+,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
