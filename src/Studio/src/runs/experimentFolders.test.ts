import { expect, test } from 'vitest';
import { foldersAbove, nameWithin, pathOfFolder } from './experimentFolders';

test('the top has nothing above it', () => {
  expect(foldersAbove('')).toEqual([]);
  expect(pathOfFolder('')).toBe('/experiments');
});

test('above a folder are all that it is in', () => {
  expect(foldersAbove('a b/c/d')).toEqual([
    { to: '/experiments', label: 'Experiments' },
    { to: '/experiments?folder=a%20b', label: 'a b' },
    { to: '/experiments?folder=a%20b%2Fc', label: 'c' },
  ]);
});

test('a name is told without the folder that is shown', () => {
  expect(nameWithin('team', 'team/fraud/lr')).toBe('fraud/lr');
  expect(nameWithin('', 'flights')).toBe('flights');
});
