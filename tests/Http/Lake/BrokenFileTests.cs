using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Lake.Contracts;
using Xunit;

namespace Slipway.Http.Lake;

/// <summary>Files that are cut off, ragged or in another encoding are told with their name and line by whatever reads them.</summary>
public sealed class BrokenFileTests(LakeServer server) : IClassFixture<LakeServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Parquet_file_that_is_cut_off_is_told_by_its_name_in_its_version()
    {
        var whole = await server.TableAsync("whole", "select range as x from range(1000)");
        var file = (await server.Services.GetRequiredService<ILakeTables>().TableAsync(whole.Tree, Ct)).Files[0];
        await server.FilesAsync("cut-off", new Dictionary<string, byte[]> { ["part.parquet"] = (await File.ReadAllBytesAsync(file, Ct))[..200] });

        foreach (var format in new[] { "json", "ndjson", "csv", "parquet" })
        {
            var refusal = await server.PostAsync("/api/v1/sql", new { Sql = "from 'data:cut-off'", Format = format });

            Assert.Equal(400, refusal.Status);
            Assert.Contains("'data:cut-off@1/part.parquet'", refusal.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_truncated_Parquet_is_told_with_its_name_by_all_that_reads_it()
    {
        var whole = await server.TableAsync("whole", "select range as x, range::varchar as t from range(10000)");
        var bytes = await File.ReadAllBytesAsync((await server.Services.GetRequiredService<ILakeTables>().TableAsync(whole.Tree, Ct)).Files[0], Ct);
        await server.FilesAsync("cut", new() { ["in/part.parquet"] = bytes[..(bytes.Length / 2)] });

        var sql = await server.PostAsync("/api/v1/sql", new { Sql = "select sum(x) from 'data:cut'" });
        var tests = await server.PostAsync("/api/v1/data-tests", new { Name = "cut", Suite = "expectations: [{expect: not_null, column: x}]" });
        using var profile = await server.Client.GetAsync(new Uri("/api/v1/data/cut/versions/1/profile", UriKind.Relative), Ct);

        Assert.Equal((400, 400, 400), (sql.Status, tests.Status, (int)profile.StatusCode));
        Assert.All([sql.Text, tests.Text, await profile.Content.ReadAsStringAsync(Ct)], text => Assert.Contains("in/part.parquet", text, StringComparison.Ordinal));
        Assert.DoesNotContain(server.Home, sql.Text + tests.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b,c\n1,2,3\n4,5\n6,7,8\n", "The data cannot be read: line 3 of rows.csv has 2 fields, and its header has 3.")]
    [InlineData("a,b\n1,2\n3,4\n5,6,7\n", "The data cannot be read: line 4 of rows.csv has 3 fields, and its header has 2.")]
    [InlineData("a;b;c\n\"x\ny\";2;3\n4;5\n", "The data cannot be read: line 4 of rows.csv has 2 fields, and its header has 3.")]
    public async Task A_ragged_row_of_a_small_file_is_told_with_its_line(string csv, string message)
    {
        await server.TextAsync("ragged", "rows.csv", csv);

        foreach (var format in new[] { "json", "ndjson", "csv", "parquet" })
            Assert.Equal((400, message), await server.PostAsync("/api/v1/sql", new { Sql = "select count(*) from 'data:ragged'", Format = format }));
        Assert.Equal((400, message), await server.PostAsync("/api/v1/sql/versions", new { Name = "copy", Sql = "from 'data:ragged'" }));
    }

    [Fact]
    public async Task A_ragged_row_far_down_is_told_with_its_line_and_the_name_of_its_file()
    {
        var rows = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i},{i},{i}\n"));
        await server.TextAsync("deep", "rows.csv", $"a,b,c\n{rows}4,5\n6,7,8\n");

        var refusal = await server.PostAsync("/api/v1/sql", new { Sql = "select sum(a) from 'data:deep'" });

        Assert.Equal(400, refusal.Status);
        Assert.Contains("Line: 50002", refusal.Text, StringComparison.Ordinal);
        Assert.Contains("data:deep@1/rows.csv", refusal.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Home, refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_in_another_encoding_is_told_with_its_line()
    {
        await server.FilesAsync("latin", new() { ["cities.csv"] = Encoding.Latin1.GetBytes("id,city\n0,Köln\n") });

        var refusal = await server.PostAsync("/api/v1/sql", new { Sql = "select count(city) from 'data:latin' where length(city) > 1" });

        Assert.Equal(400, refusal.Status);
        Assert.Contains("The data cannot be read: line 2 of cities.csv is not UTF-8 (it has the byte 0xF6)", refusal.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cities.csv", "id,city\n", "{0},city {0}\n", "60001,Köln\n")]
    [InlineData("cities.csv.gz", "id,city\n", "{0},city {0}\n", "60001,Köln\n")]
    [InlineData("cities.ndjson", "{\"city\":\"Bonn\"}\n", "{{\"city\":\"{0}\"}}\n", "{\"city\":\"Köln\"}\n")]
    public async Task Letters_of_another_encoding_far_down_are_told_with_their_line_by_all_that_reads_them(string file, string head, string row, string last)
    {
        var format = CompositeFormat.Parse(row);
        var text = Encoding.Latin1.GetBytes(head + string.Concat(Enumerable.Range(0, 60_000).Select(i => string.Format(CultureInfo.InvariantCulture, format, i))) + last);
        await server.FilesAsync("foreign", new() { [file] = file.EndsWith(".gz", StringComparison.Ordinal) ? Packed(text) : text });
        string[] queries = ["select count(city) from 'data:foreign'", "select count(*) from 'data:foreign' where city like '%x%'", "select city from 'data:foreign' order by city"];

        var refusals = new List<(int Status, string Text)>();
        foreach (var sql in queries)
            refusals.Add(await server.PostAsync("/api/v1/sql", new { Sql = sql }));
        refusals.Add(await server.PostAsync("/api/v1/data-tests", new { Name = "foreign", Suite = "expectations: [{expect: unique, column: city}]" }));
        refusals.Add(await server.PostAsync("/api/v1/sql/versions", new { Name = "copied", Sql = "from 'data:foreign'" }));
        using var profile = await server.Client.GetAsync(new Uri("/api/v1/data/foreign/versions/latest/profile", UriKind.Relative), Ct);
        refusals.Add(((int)profile.StatusCode, await profile.Content.ReadAsStringAsync(Ct)));

        Assert.All(refusals, refusal =>
        {
            Assert.Equal(400, refusal.Status);
            Assert.Contains(file, refusal.Text, StringComparison.Ordinal);
            Assert.Contains("60002", refusal.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("INTERNAL", refusal.Text, StringComparison.Ordinal);
        });
    }

    private static byte[] Packed(byte[] text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress))
            gzip.Write(text);
        return packed.ToArray();
    }
}
