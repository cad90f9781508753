/**
 * Sagas: the usual alternative to atomic commitment. A long transaction becomes a row of short ones, each committed at
 * once; where one cannot be done, compensating transactions undo those before it. Nobody is ever in doubt and nobody
 * holds a lock while others work. What is given up is isolation: everybody sees what is half done, and may build on it
 * before it is undone.
 *
 * After Hector Garcia-Molina and Kenneth Salem, "Sagas", SIGMOD 1987.
 */
export { orchestrator, type Orchestrator, type OrchestratorOptions, type OrchestratorSignature, type SagaRecord } from "./saga/orchestrator.js";
export { sagaParticipant, versionOf, type SagaParticipant, type SagaParticipantOptions, type SagaParticipantSignature } from "./saga/participant.js";
export { type Changes, type Found, type Perform, type Performed, type Saga, type SagaStep } from "./saga/messages.js";
export { sagaGuarantee } from "./saga/properties.js";
export { sagasOf, sagaVersions, type RecordedSaga } from "./saga/records.js";
export * as broken from "./saga/broken.js";
