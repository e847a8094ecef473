// The middle of both themes: lines and letters in these greys can be read on light and on dark.
const letters = '#808080';
const lines = 'rgba(128, 128, 128, 0.25)';

/** What all charts have in common. */
export const baseChart = {
  animation: false,
  color: ['#2886de', '#d06a1f', '#2e9e6b', '#9a62c9', '#c9455c', '#7d8a1f'],
  textStyle: { fontFamily: "'Segoe UI', system-ui, sans-serif" },
  grid: { left: 8, right: 40, top: 40, bottom: 8, containLabel: true },
  legend: { top: 0, left: 0, icon: 'roundRect', itemHeight: 4, itemWidth: 16, textStyle: { color: letters } },
  tooltip: { trigger: 'axis', confine: true },
  dataZoom: [{ type: 'inside', zoomOnMouseWheel: 'ctrl' }],
  xAxis: {
    nameLocation: 'end',
    nameTextStyle: { color: letters },
    axisLabel: { color: letters, hideOverlap: true },
    axisLine: { lineStyle: { color: lines } },
    splitLine: { show: false },
  },
  yAxis: {
    type: 'value',
    scale: true,
    axisLabel: { color: letters },
    splitLine: { lineStyle: { color: lines } },
  },
};
