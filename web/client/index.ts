export * from "./client.js";
export type { Hint, LiveOptions, LiveSession, Ready, Verdict } from "./live.js";
export type { components, paths } from "./openapi.js";
export { ProblemError, UnreachableError, type Problem } from "./problem.js";
export type { Progress } from "./transport.js";
export type { Video } from "./video.js";
