using System.Text;
using Xunit;

namespace Slipway.Http.Lake;

public sealed class MlTableTests(LakeServer server) : IClassFixture<LakeServer>
{
    private const string Delays = "id;delay;origin;day\n1;10;JFK;01.02.2001\n2;-3;SFO;02.02.2001\n3;25;JFK;03.02.2001\n4;;LAX;04.02.2001\n5;40;SFO;05.02.2001\n";

    private static int s_number;

    [Theory]
    [InlineData("- take: 2", "id,delay\r\n1,10\r\n2,-3\r\n")]
    [InlineData("- skip: 3\n  - take: 1", "id,delay\r\n4,\r\n")]
    [InlineData("- take: 3\n  - skip: 2", "id,delay\r\n3,25\r\n")]
    [InlineData("- filter: col(\"delay\") > 15 and col('origin') == \"JFK\"", "id,delay\r\n3,25\r\n")]
    [InlineData("- filter: not (col(\"origin\") == \"JFK\" or col(\"origin\") == 'SFO')", "id,delay\r\n4,\r\n")]
    [InlineData("- keep_columns: [id, delay]\n  - take: 1", "id,delay\r\n1,10\r\n")]
    [InlineData("- drop_columns: origin\n  - filter: col(\"id\") % 2 != 1", "id,delay\r\n2,-3\r\n4,\r\n")]
    [InlineData("- convert_column_types:\n      - {columns: id, column_type: string}\n      - {columns: [delay], column_type: float}\n  - take: 1", "id,delay\r\n1,10\r\n")]
    [InlineData("- take_random_sample: {probability: 0}", "id,delay\r\n")]
    [InlineData("- take_random_sample: {probability: 1, seed: 7}\n  - take: 1", "id,delay\r\n1,10\r\n")]
    public async Task Rows_are_those_that_the_transformations_leave(string steps, string expected)
    {
        var name = await GivenAsync($"paths:\n  - file: ./delays.csv\ntransformations:\n  - read_delimited: {{delimiter: ';'}}\n  {steps}\n", ("delays.csv", Delays));

        Assert.Equal(expected, await CsvAsync($"select id, delay from 'data:{name}'"));
    }

    [Fact]
    public async Task Columns_get_the_types_that_are_wanted()
    {
        var name = await GivenAsync(
            """
            paths: [{file: delays.csv}]
            transformations:
              - read_delimited: {delimiter: ';', infer_column_types: false}
              - convert_column_types:
                  - {columns: id, column_type: int}
                  - {columns: delay, column_type: float}
                  - {columns: day, column_type: {datetime: {formats: ['%d.%m.%Y']}}}
                  - {columns: origin, column_type: {boolean: {true_values: [JFK], false_values: [SFO, LAX]}}}
            """,
            ("delays.csv", Delays));

        Assert.Equal(
            "id,delay,origin,day\r\nBIGINT,DOUBLE,BOOLEAN,TIMESTAMP\r\n",
            await CsvAsync($"select typeof(id) as id, typeof(delay) as delay, typeof(origin) as origin, typeof(day) as day from 'data:{name}' limit 1"));
        Assert.Equal("n,sum\r\n2,4\r\n", await CsvAsync($"select count(*) filter (origin)::int as n, count(delay)::int as sum from 'data:{name}'"));
    }

    [Theory]
    [InlineData("no_header", "false", "Column1,Column2\r\n1,\r\n2,x\r\n")]
    [InlineData("no_header", "true", "Column1,Column2\r\n1,\"\"\r\n2,x\r\n")]
    public async Task Columns_without_a_header_are_numbered_and_empty_fields_are_as_wanted(string header, string empty, string expected)
    {
        var name = await GivenAsync(
            $"paths: [{{file: a.csv}}]\ntransformations:\n  - read_delimited: {{header: {header}, empty_as_string: {empty}}}\n", ("a.csv", "1,\n2,x\n"));

        Assert.Equal(expected, await CsvAsync($"from 'data:{name}'"));
    }

    [Fact]
    public async Task Paths_choose_files_and_become_columns()
    {
        var name = await GivenAsync(
            """
            paths: [{pattern: './2001/*/*.jsonl'}]
            transformations:
              - read_json_lines: {include_path_column: true}
              - extract_columns_from_partition_format: '{month:yyyy/MM}/{kind}.jsonl'
            """,
            ("2001/01/a.jsonl", "{\"x\": 1}\n"), ("2001/02/a.jsonl", "{\"x\": 1}\n"), ("2001/02/b.jsonl", "{\"x\": 2}\n"), ("2002/01/a.jsonl", "{\"x\": 9}\n"));

        Assert.Equal(
            "Path,month,kind,x\r\n2001/01/a.jsonl,2001-01-01T00:00:00,a,1\r\n2001/02/a.jsonl,2001-02-01T00:00:00,a,1\r\n2001/02/b.jsonl,2001-02-01T00:00:00,b,2\r\n",
            await CsvAsync($"from 'data:{name}' order by \"Path\""));
    }

    [Fact]
    public async Task Latin_letters_are_read_in_their_encoding_and_a_folder_with_all_its_files()
    {
        var files = new Dictionary<string, byte[]>
        {
            ["MLTable"] = Encoding.UTF8.GetBytes("paths: [{folder: in}]\ntransformations:\n  - read_delimited: {encoding: iso88591}\n"),
            ["in/a.csv"] = Encoding.Latin1.GetBytes("city\nKöln\n"),
            ["in/deeper/b.csv"] = Encoding.Latin1.GetBytes("city\nZürich\n"),
            ["out.csv"] = Encoding.Latin1.GetBytes("city\nNowhere\n"),
        };
        await server.FilesAsync("latin", files);

        Assert.Equal("city\r\nKöln\r\nZürich\r\n", await CsvAsync("from 'data:latin' order by 1"));
    }

    [Fact]
    public async Task A_profile_counts_the_rows_that_are_left()
    {
        var name = await GivenAsync("paths: [{file: delays.csv}]\ntransformations:\n  - read_delimited: {delimiter: ';'}\n  - filter: col(\"delay\") >= 10\n", ("delays.csv", Delays));

        Assert.Equal(3, (int)(await server.GetAsync($"/api/v1/data/{name}/versions/1/profile"))["rows"]!);
    }

    [Theory]
    [InlineData("- read_delta_lake: {}", "MLTable:4:5: Slipway does not know the transformation 'read_delta_lake'. Known: read_delimited")]
    [InlineData("- read_delimited: {encoding: windows1252}", "MLTable:4:32: 'windows1252' is no value of encoding. Known: utf8")]
    [InlineData("- read_delimited: {header: from_first_file}", "header: from_first_file is read for one file only; here are 2.")]
    [InlineData("- read_parqet", "Slipway does not know the transformation 'read_parqet'. Did you mean 'read_parquet'?")]
    [InlineData("- take: 1\n  - read_delimited", "MLTable:5:5: read_delimited comes first, and once: it makes rows of the files.")]
    [InlineData("- filter: read_text('/etc/passwd') == 'x'", "MLTable:4:5: filter: 'read_text' in it is not known: columns are written col(\"read_text\"), and texts in quotes.")]
    [InlineData("- filter: col(\"a\") > 1; select 1", "MLTable:4:5: filter: '; select 1' in it is not known")]
    [InlineData("- read_json_lines: {invalid_lines: drop}", "'drop' is no value of invalid_lines. Known: error.")]
    [InlineData("- take: some", "MLTable:4:5: take: it is a number of rows from 1 on.")]
    [InlineData("- convert_column_types: [{columns: a, column_type: integer}]", "'integer' is no type of a column. Known: int, float, string, boolean, datetime.")]
    [InlineData("- keep_columns: [nowhere]", "nowhere")]
    [InlineData("- read_delimited\n  - extract_columns_from_partition_format: '{day:dd}/x.csv'", "'dd' is no form of a time: it has yyyy")]
    [InlineData("- read_delimited\n  - extract_columns_from_partition_format: '{year}/x.csv'", "the path 'a.csv' does not end as the partition format '{year}/x.csv' says.")]
    public async Task What_cannot_be_done_is_refused_with_its_place(string steps, string message)
    {
        var name = await GivenAsync($"paths:\n  - pattern: '*.csv'\ntransformations:\n  {steps}\n", ("a.csv", "a,b\n1,2\n"), ("b.csv", "a,b\n3,4\n"));

        var (status, text) = await server.PostAsync("/api/v1/sql", new { Sql = $"from 'data:{name}'" });

        Assert.True(status == 400, text);
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{file: ../other.csv}", "'../other.csv' leads out of the version: only files that lie in it are read.")]
    [InlineData("{file: /etc/passwd}", "'/etc/passwd' leads out of the version")]
    [InlineData("{folder: 'azureml://datastores/x/paths/y'}", "leads out of the version")]
    [InlineData("{file: b.csv}", "MLTable:1:9: 'b.csv' names no file of the version; it has MLTable, a.csv.")]
    [InlineData("{fille: a.csv}", "A path is one of file, folder and pattern")]
    public async Task A_path_stays_within_its_version(string path, string message)
    {
        var name = await GivenAsync($"paths: [{path}]\ntransformations: [read_delimited]\n", ("a.csv", "a,b\n1,2\n"));

        var (status, text) = await server.PostAsync("/api/v1/sql", new { Sql = $"from 'data:{name}'" });

        Assert.True(status == 400, text);
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n", "line 3 of a.csv has 1 fields, and its header has 2.")]
    [InlineData("a,b\n1,2\n3,4,5\n", "line 3 of a.csv has 3 fields, and its header has 2.")]
    public async Task A_ragged_row_is_told(string csv, string message)
    {
        var name = await GivenAsync("paths: [{file: a.csv}]\ntransformations: [read_delimited]\n", ("a.csv", csv));

        var (status, text) = await server.PostAsync("/api/v1/sql", new { Sql = $"from 'data:{name}'" });

        Assert.True(status == 400, text);
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    private async Task<string> GivenAsync(string definition, params (string Path, string Text)[] files)
    {
        var name = $"mltable-{Interlocked.Increment(ref s_number)}";
        var all = files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text));
        all["MLTable"] = Encoding.UTF8.GetBytes(definition);
        await server.FilesAsync(name, all);
        return name;
    }

    private async Task<string> CsvAsync(string sql)
    {
        var (status, text) = await server.PostAsync("/api/v1/sql", new { Sql = sql, Format = "csv" });
        Assert.True(status == 200, text);
        return text;
    }
}
