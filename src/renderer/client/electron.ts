import type { Bridge } from '../../shared/bridge.ts';
import type { Transport } from './transport.ts';

export function electronTransport(bridge: Bridge): Transport {
  const paths = (files: Iterable<File>) => [...files].map((file) => bridge.pathOf(file)).filter((path) => path !== '');
  return {
    call: (method, argument) => bridge.call(method, argument),
    listen: (listener) => bridge.listen(listener),
    // The main process and its window live and die together.
    onConnection: () => undefined,
    dropped: (data) => Promise.resolve(paths(data.files)),
    picked: (files) => Promise.resolve(paths(files)),
  };
}
