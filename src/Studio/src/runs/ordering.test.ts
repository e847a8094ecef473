import { describe, expect, it } from 'vitest';
import { clicked, commonKeys, metricField, newestFirst, orderText, parseOrder } from './ordering';

describe('the order of runs', () => {
  it('survives the address', () => {
    const order = { field: metricField('valid/log loss'), descending: true };

    expect(parseOrder(orderText(order))).toEqual(order);
  });

  it.each([null, '', 'metrics.auc', 'desc'])('%j is none, so the newest come first', text => {
    expect(parseOrder(text)).toEqual(newestFirst);
  });

  it('turns around with a second click and begins with the greatest at another column', () => {
    const once = clicked(newestFirst, 'metrics.`auc`');
    const twice = clicked(once, 'metrics.`auc`');

    expect(once.descending).toBe(true);
    expect(twice.descending).toBe(false);
    expect(clicked(twice, 'start_time').descending).toBe(true);
  });
});

describe('the columns of runs', () => {
  it('are the keys that most runs have', () => {
    expect(
      commonKeys(
        [
          { b: 1, auc: 1 },
          { b: 2, c: 1 },
          { b: 1, auc: 'NaN' },
        ],
        2,
      ),
    ).toEqual(['b', 'auc']);
  });

  it('are by name where equally many runs have them', () => {
    expect(commonKeys([{ z: 1, a: 1, m: 1 }], 3)).toEqual(['a', 'm', 'z']);
  });
});
