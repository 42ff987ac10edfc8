/** Opens models with the library of Netron, whose folder is the first argument, and prints what it says of them and complains about. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
const load = (id) => import(pathToFileURL(join(folder, `${id.replace('./', '')}.js`)).href);
const { BinaryStream } = await load('base');
const { ModelFactoryService } = await load('view');

const problems = [];
const complain = (...words) => problems.push(words.map((word) => word?.message ?? String(word)).join(' '));
console.warn = console.error = complain;

const host = {
  window: {},
  document: {},
  type: 'Test',
  environment: () => null,
  require: load,
  request: (file, encoding) => {
    const data = readFileSync(join(folder, file));
    return Promise.resolve(encoding ? data.toString(encoding) : new BinaryStream(data));
  },
  event: () => undefined,
  exception: complain,
  message: complain,
};

const found = [];
for (const file of files) {
  const stream = new BinaryStream(readFileSync(file));
  const context = { host, identifier: 'network.onnx', name: 'network.onnx', stream, entries: new Map([['network.onnx', stream]]) };
  Object.assign(context, { request: host.request, require: load, error: complain });
  const model = await new ModelFactoryService(host).open(context);
  const [graph] = model.modules;
  const named = (values) => values.map(({ name, value }) => `${name}: ${value[0].type}`);
  found.push({ format: model.format, nodes: graph.nodes.length, inputs: named(graph.inputs), outputs: named(graph.outputs) });
}
process.stdout.write(JSON.stringify({ problems, found }));
