/** A server in a process of its own, for client.ts. Tells its address; ends with whoever started it. */
import { startServer } from '../../src/server/server.ts';

const server = await startServer({ database: process.argv[2]!, host: '127.0.0.1', port: 0 });
process.on('disconnect', () => process.exit());
process.once('SIGTERM', () => void server.close().then(() => process.exit()));
process.send!(server.link());
