import {
  makeStyles,
  mergeClasses,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  table: { tableLayout: 'auto', width: '100%' },
  right: { textAlign: 'right', fontVariantNumeric: 'tabular-nums', '& > *': { justifyContent: 'flex-end' } },
  cell: { height: 'auto', paddingTop: '9px', paddingBottom: '9px', verticalAlign: 'top' },
  row: { ':last-child': { borderBottomStyle: 'none' } },
  line: { whiteSpace: 'nowrap', maxWidth: '48ch', overflow: 'hidden', textOverflow: 'ellipsis' },
  head: { whiteSpace: 'nowrap', color: tokens.colorNeutralForeground3 },
});

export type Column<Row> = {
  name: string;
  show: (row: Row) => ReactNode;
  right?: boolean;
  /** Belongs on one line, and is cut when it is long. */
  noWrap?: boolean;
  /** Present when the table can be sorted by it. */
  sort?: { direction: 'ascending' | 'descending' | undefined; toggle: () => void };
};

type Props<Row> = {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
};

export function Grid<Row>({ label, columns, rows, keyOf }: Props<Row>) {
  const styles = useStyles();
  return (
    <Table aria-label={label} className={styles.table} sortable={columns.some(column => column.sort)}>
      <TableHeader>
        <TableRow>
          {columns.map(({ name, right, sort }) => (
            <TableHeaderCell
              key={name}
              className={mergeClasses(styles.head, right && styles.right)}
              {...(sort && { onClick: sort.toggle })}
              {...(sort?.direction && { sortDirection: sort.direction })}
              sortable={sort !== undefined}
            >
              {name}
            </TableHeaderCell>
          ))}
        </TableRow>
      </TableHeader>
      <TableBody>
        {rows.map(row => (
          <TableRow key={keyOf(row)} className={styles.row}>
            {columns.map(({ name, right, noWrap, show }) => (
              <TableCell key={name} className={mergeClasses(styles.cell, right && styles.right, noWrap && styles.line)}>
                {show(row)}
              </TableCell>
            ))}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}
