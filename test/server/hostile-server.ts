/** A server in a process of its own, to be attacked: tells its address, and how much memory it holds when it is asked. Its trainers end at once. */
import { startServer } from '../../src/server/server.ts';

const server = await startServer({
  database: process.argv[2]!,
  host: '127.0.0.1',
  port: 0,
  startTrainer: () => ({
    post: () => undefined,
    onMessage: () => undefined,
    onExit: (listener) => void setTimeout(() => listener('it was never there')),
    kill: () => undefined,
  }),
});
process.on('message', () => {
  globalThis.gc!();
  process.send!(process.memoryUsage().rss);
});
process.send!(server.link());
