using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Etl.Steps;

namespace Slipway.Etl.Sources;

/// <summary>What is asked for, and how it goes on.</summary>
internal sealed record HttpApi
{
    public required Uri Address { get; init; }

    public required IReadOnlyDictionary<string, string> Query { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Where in an answer the list of records is, "data.items"; null: it is the answer.</summary>
    public required string? Records { get; init; }

    public required HttpPaging Paging { get; init; }

    /// <summary>The least time between two requests.</summary>
    public required TimeSpan Pause { get; init; }

    public required int Attempts { get; init; }
}

/// <summary>A page as it came.</summary>
/// <param name="Count">How many records it has.</param>
internal sealed record HttpPage(int Number, int Count, long Before, JsonElement Body, string? Link);

/// <summary>How the next page is asked for: by number, by offset, by a cursor in the answer, or by the link in its header.</summary>
internal sealed partial record HttpPaging(string Type)
{
    public required string Parameter { get; init; }

    public required int Start { get; init; }

    public required string SizeParameter { get; init; }

    public required int? Size { get; init; }

    /// <summary>Where in an answer the cursor (or the address of the next page) is.</summary>
    public required string Cursor { get; init; }

    public required int MaxPages { get; init; }

    public static HttpPaging Of(SettingMap source)
    {
        var map = source.Map("paging", "type", "parameter", "start", "size_parameter", "size", "cursor", "max_pages");
        var type = map?.Choice("type", "none", "page", "offset", "cursor", "link") ?? "none";
        var size = map?.Number("size", 0, 1, 1_000_000) ?? 0;
        return new HttpPaging(type)
        {
            Parameter = map?.Text("parameter") ?? type,
            Start = map?.Number("start", type == "page" ? 1 : 0, 0, int.MaxValue) ?? 0,
            SizeParameter = map?.Text("size_parameter") ?? "limit",
            Size = size == 0 ? null : size,
            Cursor = type == "cursor" ? map!.Require("cursor", "where in the answer the next cursor is, such as meta.next") : "",
            MaxPages = map?.Number("max_pages", 10_000, 1, 1_000_000) ?? 1,
        };
    }

    /// <summary>The first request.</summary>
    public Uri First(Uri address, IReadOnlyDictionary<string, string> query)
    {
        var all = query.ToDictionary();
        if (Size is { } size)
            all[SizeParameter] = size.ToString(CultureInfo.InvariantCulture);
        if (Type is "page" or "offset")
            all[Parameter] = Start.ToString(CultureInfo.InvariantCulture);
        return With(address, all);
    }

    /// <summary>The request after this page; null when it was the last one.</summary>
    public Uri? Next(Uri asked, HttpPage page) => Type switch
    {
        "page" when page.Count > 0 && page.Count >= (Size ?? 1) => With(asked, Parameter, Start + page.Number),
        "offset" when page.Count > 0 && page.Count >= (Size ?? 1) => With(asked, Parameter, Start + page.Before + page.Count),
        "cursor" => Find(page.Body, Cursor) is { } cursor ? After(asked, cursor) : null,
        "link" when page.Link is { } link && NextLink().Match(link) is { Success: true } match => new Uri(asked, match.Groups[1].Value),
        _ => null,
    };

    /// <summary>The text or number at a path of names, "meta.next"; null when there is none, or nothing in it.</summary>
    public static string? Find(JsonElement body, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(name, out body))
                return null;
        }

        return body.ValueKind switch
        {
            JsonValueKind.String => body.GetString() is { Length: > 0 } text ? text : null,
            JsonValueKind.Number => body.GetRawText(),
            _ => null,
        };
    }

    private Uri After(Uri asked, string cursor) => cursor.StartsWith("http", StringComparison.Ordinal) && Uri.TryCreate(cursor, UriKind.Absolute, out var next)
        ? next
        : With(asked, new Dictionary<string, string> { [Parameter] = cursor });

    private static Uri With(Uri address, string name, long value) =>
        With(address, new Dictionary<string, string> { [name] = value.ToString(CultureInfo.InvariantCulture) });

    private static Uri With(Uri address, IReadOnlyDictionary<string, string> query)
    {
        var kept = address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(pair => !query.ContainsKey(Uri.UnescapeDataString(pair.Split('=')[0])));
        var added = query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}");
        return new UriBuilder(address) { Query = string.Join('&', kept.Concat(added)) }.Uri;
    }

    // RFC 8288: <https://host/orders?page=2>; rel="next", <…>; rel="last"
    [GeneratedRegex("""<([^>]+)>\s*(?:;[^,<]*)?;\s*rel="?next"?""", RegexOptions.IgnoreCase)]
    private static partial Regex NextLink();
}
