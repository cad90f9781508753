/**
 * RDDs (`distlab/rdd`) on a simulated cluster: a driver and executors as roles on the simulator, with virtual time, a cost model,
 * crashes, slow machines and a network. `context({ master: "simulated[8]" })`, or `context({ master: simulated({...}) })` with options.
 */
export { simulated, type SimulatedEngine, type SimulatedOptions } from "./simulated/cluster.js";
export { type DriverOptions, type ShuffleRow } from "./compute/rdd/cluster/driver.js";
export { type ExecutorOptions } from "./compute/rdd/cluster/executor.js";
export { doubleCountingDriver, emptyHandedExecutor, recomputingDriver, silentlyRestartedExecutor } from "./compute/rdd/cluster/broken.js";
