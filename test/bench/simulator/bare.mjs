// What the machine can do: the three workloads as one bare loop over a binary heap in typed arrays, with no
// roles, no names, no faults and nobody to listen. The random numbers are xoshiro128** (Blackman and Vigna).

const N = 1000;
const ROOM = 1 << 18;

/** @param {number} seed */
function xoshiro(seed) {
  const state = new Int32Array(4);
  for (let i = 0; i < 4; i++) {
    seed = (seed + 0x9e3779b9) | 0;
    let z = Math.imul(seed ^ (seed >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    state[i] = z ^ (z >>> 15);
  }
  let [a, b, c, d] = state;
  return () => {
    const five = Math.imul(b, 5);
    const draw = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return draw / 4294967296;
  };
}

/**
 * @param {string} workload
 * @param {number} deliveries
 * @returns {number} milliseconds
 */
export function bare(workload, deliveries) {
  const times = new Float64Array(ROOM);
  const orders = new Uint32Array(ROOM);
  const receivers = new Uint32Array(ROOM);
  const senders = new Uint32Array(ROOM);
  const draw = xoshiro(42);
  let size = 0;
  let order = 0;
  /** @param {number} i @param {number} at @param {number} number @param {number} to @param {number} from */
  const put = (i, at, number, to, from) => {
    times[i] = at;
    orders[i] = number;
    receivers[i] = to;
    senders[i] = from;
  };
  /** @param {number} i @param {number} j */
  const move = (i, j) => put(i, times[j], orders[j], receivers[j], senders[j]);
  /** @param {number} at @param {number} to @param {number} from */
  const push = (at, to, from) => {
    let i = size++;
    const number = order++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (times[parent] <= at) break;
      move(i, parent);
      i = parent;
    }
    put(i, at, number, to, from);
  };
  const pop = () => {
    const last = --size;
    const [at, number, to, from] = [times[last], orders[last], receivers[last], senders[last]];
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && (times[right] < times[child] || (times[right] === times[child] && orders[right] < orders[child]))) child = right;
      if (at < times[child] || (at === times[child] && number < orders[child])) break;
      move(i, child);
      i = child;
    }
    put(i, at, number, to, from);
  };

  const start = performance.now();
  if (workload === "pingpong") for (let i = 0; i < N; i++) push(1 + 9 * draw(), i ^ 1, i);
  else if (workload === "ring") push(1 + 9 * draw(), 1, 0);
  else for (let i = 0; i < 100 * N; i++) push(1 + 9 * draw(), (draw() * N) | 0, i % N);
  for (let i = 0; i < deliveries; i++) {
    const [now, to, from] = [times[0], receivers[0], senders[0]];
    pop();
    const next = workload === "pingpong" ? from : workload === "ring" ? (to + 1) % N : (draw() * N) | 0;
    push(now + 1 + 9 * draw(), next, to);
  }
  return performance.now() - start;
}
