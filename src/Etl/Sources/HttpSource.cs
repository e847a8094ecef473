using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sources;

/// <summary>
/// <c>http</c>: the records of a JSON interface, page by page. All pages are read before a row is used, so that one that dies half
/// way lands nothing.
/// </summary>
internal sealed class HttpSource(HttpPages pages) : ISourceKind
{
    public string Name => "http";

    public string[] Fields { get; } = ["url", "headers", "query", "auth", "records", "paging", "rate", "attempts", "from_parameter", "to_parameter"];

    public async Task<DataflowSource> OpenAsync(SourceRequest request, CancellationToken ct)
    {
        var map = request.Map;
        var query = map.Texts("query").ToDictionary();
        if (request.Window is { Column: not null } window)
        {
            if (map.Text("from_parameter") is { } from)
                query[from] = window.From.Wire;
            if (map.Text("to_parameter") is { } to && window.To is { } end)
                query[to] = end.Wire;
        }

        var url = map.Require("url", "the address, such as https://host/orders");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
            throw map.Wrong("url", "write an address such as https://host/orders, without a password");
        var api = new HttpApi
        {
            Address = address,
            Query = query,
            Headers = map.Texts("headers"),
            Records = map.Text("records"),
            Paging = HttpPaging.Of(map),
            Pause = Pause(map),
            Attempts = map.Number("attempts", 5, 1, 20),
        };
        var file = Path.Combine(request.Step.WorkFolder, "source.ndjson");
        var records = await pages.ReadAsync(request.Step.Caller, api, map, file, ct);
        var name = address.GetLeftPart(UriPartial.Path);
        await request.Step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name}: {records:N0} records."));
        var node = $"url:{name.Replace("@", "%40", StringComparison.Ordinal)}";
        request.Step.Read(node);
        return new DataflowSource(name, Name, new LakeTable(Expression(name, file, records, request.Declared), [file]), node);
    }

    private static string Expression(string name, string file, long records, IReadOnlyDictionary<string, string> declared)
    {
        var read = $"read_json({DuckDbSql.Literal(file)}, format = 'newline_delimited', sample_size = -1, maximum_object_size = 104857600";
        if (declared.Count > 0 && declared.Values.All(type => type != "any"))
            return $"{read}, columns = {{{string.Join(", ", declared.Select(column => $"{DuckDbSql.Literal(column.Key)}: {DuckDbSql.Literal(column.Value)}"))}}})";
        return records > 0
            ? $"{read})"
            : throw SlipwayException.Invalid($"The source {name} has no records; nothing was landed. With columns declared, no records are an empty table.");
    }

    private static TimeSpan Pause(SettingMap map)
    {
        if (map.Text("rate") is not { } text)
            return TimeSpan.Zero;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && rate is >= 0.01 and <= 1000
            ? TimeSpan.FromSeconds(1 / rate)
            : throw map.Wrong("rate", "it is how many requests may be made in a second, from 0.01 to 1000");
    }
}
