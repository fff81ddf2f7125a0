/**
 * Node's HTTP client. Imported as a module it would take several times as long to load: every export
 * of it is read then, also those that load a second HTTP client (`WebSocket`, `CloseEvent` …), and a
 * short command pays for it.
 */
export const nodeHttp: typeof import('node:http') = process.getBuiltinModule('node:http');
export const nodeHttps: typeof import('node:https') = process.getBuiltinModule('node:https');
