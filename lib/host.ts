/**
 * Real systems on this machine, to hold a simulation against. Only under Node.js. PGlite comes with the course; the
 * others are there only where they are installed, and nothing else of the course needs them.
 */
export { etcdVersion, startEtcd, type EtcdCluster, type EtcdOptions } from "./host/etcd.js";
export { DatabaseError, type Database, type DatabaseRow, type Databases, type DatabaseSession } from "./host/database.js";
export { startPglite, type PgliteOptions } from "./host/pglite.js";
export { postgresVersion, startPostgres, type PostgresDatabase, type PostgresOptions, type RunningScript } from "./host/postgres.js";
export { redisVersion, startRedis, type RedisServer } from "./host/redis.js";
export { postgresScripts, type PostgresScriptOptions, type PostgresStep } from "./host/script.js";
