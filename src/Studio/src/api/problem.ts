/** Problem details (RFC 9457) as the server renders a refusal. */
type Problem = { title: string; status: number; detail: string };

const isProblem = (error: unknown): error is Problem =>
  typeof error === 'object' && error !== null && 'detail' in error && typeof error.detail === 'string';

/** True when the server understood and said no. */
export const isRefusal = (error: unknown): boolean => isProblem(error) && error.status < 500;

export const isNotFound = (error: unknown): boolean => isProblem(error) && error.status === 404;

/** One sentence for a person, from whatever was thrown. */
export function describeProblem(error: unknown): string {
  if (isProblem(error)) return error.detail;
  // fetch throws it when nobody answers.
  if (error instanceof TypeError) return 'The server does not answer. Check that it runs, then try again.';
  if (error instanceof Error && error.message !== '') return error.message;
  return 'The server answered with something that the Studio does not understand; its log may tell more.';
}
