/**
 * Loaded into the host's process before all else: tells whoever started it how long its thread was kept from everything else
 * at a time, by the processor's count.
 */
let longest = 0;
let last = process.threadCpuUsage();

// Whatever runs between two of these callbacks is what a call that comes in has to wait for.
setInterval(() => {
  const { user, system } = process.threadCpuUsage(last);
  last = process.threadCpuUsage();
  longest = Math.max(longest, (user + system) / 1000);
}, 2).unref();

process.on('message', () => {
  process.send!(longest);
  longest = 0;
});
process.channel?.unref();
