/**
 * Real systems on this machine, to hold a simulation against. Only under Node.js, and only where they are installed:
 * nothing else of the course needs them.
 */
export { etcdVersion, startEtcd, type EtcdCluster, type EtcdOptions } from "./host/etcd.js";
