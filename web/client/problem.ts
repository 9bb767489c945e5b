import type { components } from "./openapi.js";

export type Problem = components["schemas"]["Problem"];

/** The service refused or failed, and says why (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(
    readonly problem: Problem,
    /** Seconds to wait before the next try, where the service says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(problem.detail ? `${problem.title}: ${problem.detail}` : problem.title);
  }

  get code(): Problem["code"] {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** There was no answer, or none that the service would give. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** What an answer that is no success tells; some proxy in between may not speak our language. */
export function problemOf(status: number, body: string, retryAfter: string | null): Error {
  try {
    const problem = JSON.parse(body) as Partial<Problem>;
    if (typeof problem.code === "string" && typeof problem.title === "string")
      return new ProblemError(problem as Problem, retryAfter === null ? null : Number(retryAfter));
  } catch {
    // It is no JSON.
  }
  return new UnreachableError(`an answer that is not the service's: ${status}`);
}
