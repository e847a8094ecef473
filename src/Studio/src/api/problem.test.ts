import { expect, it } from 'vitest';
import { describeProblem, isNotFound, isRefusal } from './problem';

const problem = { title: 'NotFound', status: 404, detail: "Run 'x' does not exist." };

it("shows the server's own sentence", () => {
  expect(describeProblem(problem)).toBe("Run 'x' does not exist.");
});

it('says so when nobody answers', () => {
  expect(describeProblem(new TypeError('Failed to fetch'))).toBe(
    'The server does not answer. Check that it runs, then try again.',
  );
});

it('has a sentence for what it does not know', () => {
  expect(describeProblem({ odd: true })).toContain('does not understand');
});

it('asks again only when the server did not say no', () => {
  expect([problem, { ...problem, status: 503 }, new TypeError('x')].map(isRefusal)).toEqual([true, false, false]);
  expect(isNotFound(problem)).toBe(true);
});
