/** Runs in the page's process, before the page: gives it four named functions and nothing else. */
import { contextBridge, ipcRenderer } from 'electron';
import { createBridge } from './hosts/transport/ipc/bridge.ts';

contextBridge.exposeInMainWorld('keyreeve', createBridge(ipcRenderer));
