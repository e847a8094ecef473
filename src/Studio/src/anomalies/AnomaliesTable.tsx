import type { Schemas } from '../api/client';
import { formatFigure } from '../format/numbers';
import { formatTime } from '../format/times';
import { Empty } from '../parts/Empty';
import { Grid, type Column } from '../parts/Grid';
import { NodeLink } from '../parts/NodeLink';

type Point = Schemas['Monitoring.PointWire'];

// What is older can be read by the command line.
const most = 50;

const columns: Column<Point>[] = [
  { name: 'When', show: point => formatTime(point.at) },
  { name: 'Value', right: true, show: point => formatFigure(point.value) },
  { name: 'Expected', right: true, show: point => formatFigure(point.expected) },
  { name: 'Lowest', right: true, show: point => formatFigure(point.low) },
  { name: 'Highest', right: true, show: point => formatFigure(point.high) },
  { name: 'Deviations off', right: true, show: point => formatFigure(point.score) },
  { name: 'Evidence', show: point => <NodeLink node={point.evidence} /> },
];

/** The newest first. */
export function AnomaliesTable({ points }: { points: readonly Point[] }) {
  return points.length > 0 ? (
    <Grid label="Anomalies" columns={columns} rows={points.slice(0, most)} keyOf={point => point.at} />
  ) : (
    <Empty>None of these points is an anomaly.</Empty>
  );
}
