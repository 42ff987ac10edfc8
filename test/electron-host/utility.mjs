/** Loaded into a utility process: Electron's process.parentPort over Node's IPC channel. */
import { EventEmitter } from 'node:events';

process.parentPort = Object.assign(new EventEmitter(), { postMessage: (data) => process.send(data) });
process.on('message', (data) => process.parentPort.emit('message', { data, ports: [] }));
process.on('disconnect', () => process.exit());

export default {};
