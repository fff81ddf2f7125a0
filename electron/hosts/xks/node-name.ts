/** How a copy of the proxy may be called; also the name of its folder. */
export const isNodeName = (text: string): boolean =>
  /^[A-Za-z0-9._-]{1,64}$/.test(text) && !/^\.+$/.test(text);

export const nodeNameRule = '1 to 64 of A-Z a-z 0-9 . _ -, and not only dots';
