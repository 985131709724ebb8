import net from 'node:net';

/** Whether this port of the loopback address can be listened on. */
function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether the port is free, now or shortly: a killed process with threads lets go of it a moment after its death. */
export async function becomesFree(port, limit = 1_500) {
  const began = performance.now();
  while (!(await isFree(port))) {
    if (performance.now() - began > limit) return false;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return true;
}

/** The first free port from `wanted` upwards that is not in `taken`. */
export async function nextFreePort(wanted, taken = []) {
  for (let port = wanted; port <= 65_535; port++) {
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free port from ${wanted} to 65535`);
}

/** Resolves when something listens on the port; false after the limit. */
export async function isListening(port, limit = 3_000) {
  const began = performance.now();
  while (performance.now() - began < limit) {
    const open = await new Promise((resolve) => {
      const socket = net.connect({ host: '127.0.0.1', port });
      const answer = (value) => {
        socket.destroy();
        resolve(value);
      };
      socket.once('connect', () => answer(true));
      socket.once('error', () => answer(false));
    });
    if (open) return true;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return false;
}
