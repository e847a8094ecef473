import { tokens } from '@fluentui/react-components';
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { DataZoomInsideComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

echarts.use([
  LineChart,
  ScatterChart,
  CustomChart,
  GridComponent,
  TooltipComponent,
  LegendComponent,
  DataZoomInsideComponent,
  SVGRenderer,
]);

type Props = { label: string; option: echarts.EChartsCoreOption; height?: number };

/** Drawn by ECharts; pages use LazyChart. */
export default function Chart({ label, option, height = 280 }: Props) {
  const element = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (element.current === null) return;
    const chart = echarts.init(element.current);
    chart.setOption(option);
    const watch = new ResizeObserver(() => {
      chart.resize();
    });
    watch.observe(element.current);
    return () => {
      watch.disconnect();
      chart.dispose();
    };
  }, [option]);

  return <div ref={element} role="img" aria-label={label} style={{ height, color: tokens.colorNeutralForeground2 }} />;
}
