using System.Text;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

/// <summary>Microsoft's own client against a server that speaks its protocol; no SQL Server is to be had here.</summary>
public sealed class SqlServerFlowTests(EtlHost host) : IClassFixture<EtlHost>
{
    private const string Source = "\"source\": {\"type\": \"sqlserver\", \"connection\": \"sql\", \"table\": \"dbo.orders\"}";

    private static readonly (string, byte[])[] s_columns =
    [
        ("id", [0x26, 8]),
        ("name", [0xE7, 100, 0, 9, 4, 0, 0, 0]),
        ("price", [0x6A, 9, 18, 2]),
        ("at", [0x2A, 7]),
        ("small", [0x26, 1]),
        ("paid", [0x68, 1]),
        ("key", [0x24, 16]),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_table_is_read_with_its_types()
    {
        using var server = new TdsServer(TdsServer.Rows(s_columns, Row(41, "ä", 12345, 200), [0, 0xFF, 0xFF, 0, 0, 0, 0, 0]));
        var flow = await GivenAsync(server.Address);

        var step = await flow.RunAsync($"{{{Source}}}");

        Assert.Equal(
            ["41|ä|123.45|2001-02-03 04:05:06|200|true|01020304-0506-0708-090a-0b0c0d0e0f10", "null|null|null|null|null|null|null"],
            await flow.RowsAsync("select id, name, price::varchar, \"at\"::varchar, small, paid::varchar, key::varchar from $table order by id nulls last"));
        Assert.Equal(
            ["BIGINT|VARCHAR|DECIMAL(18,2)|TIMESTAMP|UTINYINT|BOOLEAN|UUID"],
            await flow.RowsAsync("select any_value(typeof(id)), any_value(typeof(name)), any_value(typeof(price)), any_value(typeof(\"at\")), any_value(typeof(small)), any_value(typeof(paid)), any_value(typeof(key)) from $table"));
        Assert.Contains("select * from \"dbo\".\"orders\"", server.Asked, StringComparison.Ordinal);
        Assert.Equal(["table:sqlserver/shop/dbo.orders"], step.ReadNodes);
    }

    [Fact]
    public async Task A_window_is_asked_for_in_the_server_itself()
    {
        using var server = new TdsServer(TdsServer.Rows(s_columns, Row(41, "a", 1, 1), Row(45, "b", 2, 2)));
        var flow = await GivenAsync(server.Address);

        await flow.RunAsync($"{{{Source}, \"window\": {{\"column\": \"id\", \"from\": 41}}}}");
        Assert.Contains("as source where \"id\" >= @window_from", server.Asked, StringComparison.Ordinal);
        Assert.Equal(["41|45"], await flow.RowsAsync("select min(id), max(id) from $table"));

        await flow.RunAsync($"{{{Source}, \"window\": {{\"column\": \"at\", \"from\": \"2001-02-03\", \"to\": \"2001-02-04\"}}}}");
        Assert.Contains("as source where \"at\" >= @window_from and \"at\" < @window_to", server.Asked, StringComparison.Ordinal);
        Assert.Contains("@window_from datetime2", server.Asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, ErrorCode.InvalidParameter)]
    [InlineData(17, ErrorCode.Unavailable)]
    public async Task What_the_server_refuses_is_told_in_its_words(byte severity, ErrorCode code)
    {
        using var server = new TdsServer(TdsServer.Error(208, severity, "Invalid object name 'dbo.orders'."));
        var flow = await GivenAsync(server.Address);

        var refusal = await flow.RefusalAsync($"{{{Source}}}");

        Assert.Equal((code, "The source table dbo.orders cannot be read: SQL Server: Invalid object name 'dbo.orders'."), (refusal.Code, refusal.Message));
    }

    [Theory]
    [InlineData("Server=127.0.0.1,1;User ID=me;Password=sesame;Encrypt=false;Connect Timeout=5", ErrorCode.Unavailable)]
    [InlineData("Passwort=sesame", ErrorCode.InvalidParameter)]
    [InlineData("Database=shop;Password=sesame", ErrorCode.InvalidParameter)]
    [InlineData("Server=x;Connect Timeout=sesame", ErrorCode.InvalidParameter)]
    public async Task A_connection_that_is_wrong_is_refused_without_its_password(string connection, ErrorCode code)
    {
        var flow = await GivenAsync(connection);

        var refusal = await flow.RefusalAsync($"{{{Source}}}");

        Assert.Equal(code, refusal.Code);
        Assert.DoesNotContain("sesame", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<Flow> GivenAsync(string address)
    {
        await host.Get<IVault>().SetAsync(Caller.System, "sql", address, Ct);
        return new Flow(host);
    }

    // 2001-02-03 04:05:06 in ticks of 100 ns, and in days since year 1.
    private static byte[] Row(long id, string name, int cents, byte small)
    {
        var at = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Unspecified);
        var text = Encoding.Unicode.GetBytes(name);
        return
        [
            8, .. BitConverter.GetBytes(id),
            (byte)text.Length, 0, .. text,
            9, 1, .. BitConverter.GetBytes((long)cents),
            8, .. BitConverter.GetBytes(at.TimeOfDay.Ticks)[..5], .. BitConverter.GetBytes((at.Date - DateTime.MinValue).Days)[..3],
            1, small,
            1, 1,
            16, 4, 3, 2, 1, 6, 5, 8, 7, 9, 10, 11, 12, 13, 14, 15, 16,
        ];
    }
}
