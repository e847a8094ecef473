import { expect, it } from 'vitest';
import { lineagePath, pageOf, parseNode } from './nodes';

it('takes a node apart', () => {
  expect(parseNode('data:flights-raw@5')).toEqual({ kind: 'data', name: 'flights-raw', version: '5' });
  expect(parseNode('deployment:flights/blue')).toEqual({
    kind: 'deployment',
    name: 'flights/blue',
    version: undefined,
  });
  expect(parseNode('no node')).toBeUndefined();
});

it('leads to the page of the thing, where it has one', () => {
  expect(pageOf('model:late flights@3')).toBe('/models/late%20flights');
  expect(pageOf('deployment:flights/blue')).toBe('/endpoints/flights');
  expect(pageOf('prediction:0198')).toBeUndefined();
});

it('keeps node and direction in the address', () => {
  expect(lineagePath('model:m@3')).toBe('/lineage?node=model%3Am%403');
  expect(lineagePath('data:d@1', 'downstream')).toBe('/lineage?node=data%3Ad%401&direction=downstream');
});
